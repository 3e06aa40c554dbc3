import type { Teams } from "../generated/console";
import { api } from "./api";
import { explain } from "./problems";
import { teams, teamsFailed } from "./store";
import { locale } from "./words";

/** Loads the teams; a failure leaves those known. */
export async function loadTeams(): Promise<void> {
  teamsFailed.value = false;
  try {
    teams.value = await api.teams();
  } catch (error) {
    explain(error);
    teamsFailed.value = true;
  }
}

/** Those a conversation can be given to. */
export const activeTeams = (): Teams["teams"] => (teams.value?.teams ?? []).filter(({ active }) => active);

/** Keys that were not known; a team may have been made since the list was loaded. */
const missed = new Set<string>();

/** A team's name in the agent's language, else in any; its key where it is not known here. */
export function teamWord(key: string): string {
  const names = teams.value?.teams.find((team) => team.key === key)?.names ?? {};
  if (teams.value && !Object.keys(names).length && !missed.has(key)) {
    missed.add(key);
    setTimeout(() => void loadTeams());
  }
  return names[locale.value] ?? Object.values(names)[0] ?? key;
}

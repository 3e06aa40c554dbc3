import { signal } from "@preact/signals";
import type { Seat, SeatDraft, Team, TeamDraft } from "../../../generated/console";
import { api } from "../../api";
import { explain } from "../../problems";
import { me, teams } from "../../store";
import { loadTeams, teamWord } from "../../teams";
import { tell } from "../../toasts";
import { type Exception, isRight, MOST_EXCEPTIONS, readDays, sent, withDays, type Written } from "./hours";
import { w } from "./texts";

/** What is open beside the list: a team (0 is a new one) or a person. */
export type Chosen = { readonly kind: "team" | "seat"; readonly id: number };

export const chosen = signal<Chosen | null>(null);
export const trouble = signal("");

/** What was changed and not saved, kept while one looks at others. */
const teamEdits = signal<ReadonlyMap<number, TeamDraft>>(new Map());
const seatEdits = signal<ReadonlyMap<number, SeatDraft>>(new Map());
/** Hours that were switched off, by team: switched on again, they are as they were. */
const asideHours = new Map<number, Written>();
/** Dates that stand in the box and are not taken in yet, by team. */
const pasted = signal<ReadonlyMap<number, string>>(new Map());
export const daysTrouble = signal("");
let owner = 0;

const NEW: TeamDraft = {
  key: "",
  names: {},
  reasons: [],
  intents: [],
  languages: [],
  members: [],
  automatic: true,
  fallback: false,
  active: true,
  hours: null,
};

/** The next one at this computer begins afresh. */
export function begin(): void {
  if (owner !== me.peek()?.id) leaveAll();
  owner = me.peek()?.id ?? 0;
  void loadTeams();
}

export const hasEdits = ({ kind, id }: Chosen): boolean =>
  kind === "team" ? teamEdits.value.has(id) || hasPasted(id) : seatEdits.value.has(id);

export const seatOf = (id: number): Seat | undefined => teams.value?.seats.find(({ agent_id }) => agent_id === id);

export function teamEdit(id: number): TeamDraft {
  return teamEdits.value.get(id) ?? draftOf(teams.value?.teams.find((team) => team.id === id));
}

export function seatEdit(id: number): SeatDraft {
  const { languages = [], skills = [], capacity = null } = seatOf(id) ?? {};
  return seatEdits.value.get(id) ?? ({ languages, skills, capacity } as SeatDraft);
}

export function changeTeam(id: number, changes: Partial<Record<keyof TeamDraft, unknown>>): void {
  trouble.value = "";
  teamEdits.value = new Map(teamEdits.peek()).set(id, { ...teamEdit(id), ...changes } as TeamDraft);
}

/** Hours of the team's own, on or off; for the first time they begin as the shop's. */
export function switchHours(id: number, on: boolean): void {
  const now = teamEdit(id).hours as Written | null;
  if (now) asideHours.set(id, now);
  changeTeam(id, { hours: on ? (asideHours.get(id) ?? teams.peek()?.hours ?? null) : null });
}

export const pastedDays = (id: number): string => pasted.value.get(id) ?? "";

const hasPasted = (id: number): boolean => Boolean(teamEdit(id).hours && pastedDays(id).trim());

export function pasteDays(id: number, text: string): void {
  daysTrouble.value = "";
  pasted.value = new Map(pasted.peek()).set(id, text);
}

/** Takes in what can be read of the box; what cannot stays there. True where nothing stays. */
export function takeDays(id: number): boolean {
  const { days, unread } = readDays(pastedDays(id));
  const hours = teamEdit(id).hours as Written;
  const all: Exception[] = withDays(hours.exceptions, days);
  if (all.length > MOST_EXCEPTIONS) {
    daysTrouble.value = w("too_many_days", { n: MOST_EXCEPTIONS });
    return false;
  }
  changeTeam(id, { hours: { ...hours, exceptions: all } });
  pasteDays(id, unread.join("\n"));
  if (unread.length) daysTrouble.value = w("unread_days");
  return !unread.length;
}

export function changeSeat(id: number, changes: Partial<Record<keyof SeatDraft, unknown>>): void {
  trouble.value = "";
  seatEdits.value = new Map(seatEdits.peek()).set(id, { ...seatEdit(id), ...changes } as SeatDraft);
}

export function discard({ kind, id }: Chosen): void {
  trouble.value = "";
  if (kind === "team") forgetHours(id);
  if (kind === "team") teamEdits.value = without(teamEdits.peek(), id);
  else seatEdits.value = without(seatEdits.peek(), id);
  if (kind === "team" && id === 0) chosen.value = null;
}

export async function saveTeam(id: number, changes: Partial<TeamDraft> = {}): Promise<boolean> {
  if (hasPasted(id) && !takeDays(id)) {
    trouble.value = daysTrouble.peek();
    return false;
  }
  const draft = { ...teamEdit(id), ...changes };
  try {
    const hours = draft.hours ? sent(draft.hours) : null;
    const saved = await api.putTeam(id, { ...draft, key: draft.key || freshKey(draft), names: written(draft.names), hours });
    await loadTeams();
    teamEdits.value = without(teamEdits.peek(), id);
    if (id === 0) forgetHours(0);
    chosen.value = { kind: "team", id: saved.id };
    if (draft.active) tell(w("saved", { name: teamWord(saved.key) }));
    return true;
  } catch (error) {
    trouble.value = explain(error);
    return false;
  }
}

/** Its conversations go to the fallback; it can be used again. */
export async function dissolve(id: number): Promise<void> {
  const name = teamWord(teamEdit(id).key);
  if (!(await saveTeam(id, { active: false }))) return;
  tell(w("dissolved_toast", { name }), async () => ((await saveTeam(id, { active: true })) ? undefined : false));
}

export async function saveSeat(id: number): Promise<void> {
  try {
    const saved = await api.putSeat(id, seatEdit(id));
    await loadTeams();
    seatEdits.value = without(seatEdits.peek(), id);
    tell(w("saved", { name: saved.name }));
  } catch (error) {
    trouble.value = explain(error);
  }
}

export const isComplete = ({ names, hours }: TeamDraft): boolean =>
  Object.keys(written(names)).length > 0 && (!hours || isRight(hours));

function leaveAll(): void {
  chosen.value = null;
  trouble.value = "";
  teamEdits.value = new Map();
  seatEdits.value = new Map();
  asideHours.clear();
  pasted.value = new Map();
  daysTrouble.value = "";
}

function forgetHours(id: number): void {
  asideHours.delete(id);
  pasteDays(id, "");
}

function draftOf(team: Team | undefined): TeamDraft {
  if (!team) return NEW;
  const { id: _, ...draft } = team;
  return draft as TeamDraft;
}

function written(names: TeamDraft["names"]): TeamDraft["names"] {
  const filled = Object.entries(names).map(([language, name]) => [language, name.trim()] as const);
  return Object.fromEntries(filled.filter(([, name]) => name));
}

/** Nobody has to think of it: from the English name, else a number that is free. */
function freshKey({ names }: TeamDraft): string {
  const taken = new Set(teams.peek()?.teams.map(({ key }) => key));
  const slug = (names["en"] ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 30);
  const base = slug || "team";
  let key = slug || "team-1";
  for (let n = 2; taken.has(key); n++) key = `${base}-${n}`;
  return key;
}

function without<Value>(known: ReadonlyMap<number, Value>, id: number): ReadonlyMap<number, Value> {
  return new Map([...known].filter(([other]) => other !== id));
}

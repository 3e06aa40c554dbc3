import { signal } from "@preact/signals";
import type { Me, Row } from "../generated/console";
import { api } from "./api";
import { explain } from "./problems";
import { momentWord } from "./snoozing";
import { showWholeView } from "./filters";
import { endWanted, knownIn } from "./seen";
import { can, colleagues, filter, isMine, me, NO_FILTER, notice, openId, openThread, packetShown, putRow, view } from "./store";
import { loadList, loadThread, refreshSoon } from "./sync";
import { tell } from "./toasts";
import { customerWord, t } from "./words";

/** A verb is under way; its button waits. */
export const busy = signal(false);

/** Also what a colleague has who is not there: nobody should wait for them. */
export const mayClaim = (row: Row): boolean =>
  can("work") &&
  row.status !== "resolved" && (row.assignee === null || (!isMine(row) && !isThere(row.assignee.id)));
const isThere = (agent: number): boolean =>
  colleagues.value.find(({ id }) => id === agent)?.availability === "online";
export const mayFinish = (row: Row): boolean => isMine(row);
/** A lead passes on whatever is not resolved. */
export const mayPass = (row: Row): boolean => isMine(row) || (can("assign") && row.status !== "resolved");
export const mayReopen = (row: Row): boolean =>
  (can("work") && row.status === "resolved") || (row.status === "snoozed" && row.assignee?.id === me.value?.id);
export const mayMark = (row: Row): boolean => can("work") && row.status !== "resolved";

/** The list goes along to where the conversation stands then. */
export function claim(): Promise<void> {
  return act(mayClaim, async (row) => {
    const claimed = await api.claim(row.id);
    if (view.peek() !== "all" && !filter.peek().q) {
      await loadList("mine", NO_FILTER);
      showWholeView("mine");
    }
    return claimed;
  });
}

export function handBack(): Promise<void> {
  return act(mayFinish, (row) => api.handBack(row.id, { seen_seq: seen() }));
}

/** `known`: the newest message that whoever ends it knew of. */
export function resolve(known = seen()): Promise<void> {
  return act(mayFinish, async (row) => {
    const done = await api.resolve(row.id, { seen_seq: known });
    tell(t("toast_resolved", { name: customerWord(row) }), again(row.id, () => api.reopen(row.id)));
    return done;
  });
}

export function reopen(): Promise<void> {
  return act(mayReopen, (row) => api.reopen(row.id));
}

export function snooze(until: Date): Promise<void> {
  return act(mayFinish, async (row) => {
    const done = await api.snooze(row.id, { seen_seq: seen(), until: until.toISOString() });
    tell(t("toast_snoozed", { name: customerWord(row), time: momentWord(until) }), again(row.id, () => api.reopen(row.id)));
    return done;
  });
}

/** To a colleague or a team, or with neither back to the queue, from where it can be claimed back. */
export function transfer(to: { agent: number | null; team: number | null; name: string }, note: string): Promise<void> {
  return act(mayPass, async (row) => {
    const done = await api.transfer(row.id, { agent_id: to.agent, team_id: to.team, note: note.trim() || null });
    if (to.name) tell(t("toast_transferred", { name: customerWord(row), to: to.name }));
    else tell(t("toast_to_queue", { name: customerWord(row) }), isMine(row) ? again(row.id, () => api.claim(row.id)) : null);
    return done;
  });
}

export function setPriority(priority: Row["priority"]): Promise<void> {
  return act(mayMark, (row) => api.setPriority(row.id, { priority }));
}

export function setTags(tags: string[]): Promise<void> {
  return act(() => can("work"), (row) => api.setTags(row.id, tags));
}

export async function setAvailability(availability: Me["availability"]): Promise<void> {
  try {
    me.value = await api.setAvailability({ availability });
  } catch (error) {
    tell(explain(error));
  }
}

/** One verb on the open conversation. A refusal is explained, and what is newer is shown. */
async function act(may: (row: Row) => boolean, verb: (row: Row) => Promise<Row>): Promise<void> {
  const row = openThread.peek()?.row;
  if (!row || busy.peek() || !may(row)) return;
  busy.value = true;
  notice.value = "";
  let refused = false;
  try {
    putRow(await verb(row));
  } catch (error) {
    notice.value = explain(error);
    refused = true;
  } finally {
    busy.value = false;
  }
  refreshSoon();
  await loadThread(row.id);
  if (!refused) return;
  // On a narrow screen the packet may stand before what is to be read.
  packetShown.value = false;
  endWanted.value++;
}

/** The way back of a verb: the conversation as it is then is shown wherever it stands. */
function again(id: number, verb: () => Promise<Row>): () => Promise<void> {
  return async () => {
    putRow(await verb());
    refreshSoon();
    await loadThread(id);
  };
}

function seen(): number {
  return knownIn(openId.peek() ?? 0);
}

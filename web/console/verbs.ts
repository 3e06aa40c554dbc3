import { signal } from "@preact/signals";
import type { Row } from "../generated/console";
import { api } from "./api";
import { explain } from "./problems";
import { isMine, notice, openThread, putRow } from "./store";
import { loadThread, refreshSoon } from "./sync";

/** A verb is under way; its button waits. */
export const busy = signal(false);

export const mayClaim = (row: Row): boolean => row.status !== "resolved" && !isMine(row);
export const mayFinish = (row: Row): boolean => isMine(row);

export function claim(): Promise<void> {
  return act(mayClaim, (row) => api.claim(row.id));
}

export function handBack(): Promise<void> {
  return act(mayFinish, (row) => api.handBack(row.id, { seen_seq: seen() }));
}

export function resolve(): Promise<void> {
  return act(mayFinish, (row) => api.resolve(row.id, { seen_seq: seen() }));
}

/** One verb on the open conversation. A refusal is explained, and what is newer is shown. */
async function act(may: (row: Row) => boolean, verb: (row: Row) => Promise<Row>): Promise<void> {
  const row = openThread.peek()?.row;
  if (!row || busy.peek() || !may(row)) return;
  busy.value = true;
  notice.value = "";
  try {
    putRow(await verb(row));
  } catch (error) {
    notice.value = explain(error);
  } finally {
    busy.value = false;
  }
  refreshSoon();
  await loadThread(row.id);
}

/** The newest message on screen. */
function seen(): number {
  return openThread.peek()?.messages.at(-1)?.seq ?? 0;
}

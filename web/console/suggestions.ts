import { toPlain } from "../shared/markdown";
import { insertIntoReply } from "./drafts";
import { seenIn } from "./seen";
import { openThread, packetShown, type Thread } from "./store";

/** Words that may be the answer: the assistant's draft first, then the articles that came near. */
export interface Suggestion {
  id: string;
  /** Null for the draft. */
  title: string | null;
  text: string;
}

const MOST = 3;

export function suggestions({ packet }: Thread): Suggestion[] {
  if (!packet) return [];
  const articles = packet.near_misses.map(({ id, title, body }) => ({ id, title, text: toPlain(body) }));
  const draft = packet.draft ? [{ id: "draft", title: null, text: toPlain(packet.draft) }] : [];
  const others = articles.filter(({ text }) => text !== draft[0]?.text);
  return [...draft, ...others].slice(0, MOST);
}

export function insertSuggestion(index: number): void {
  const thread = openThread.peek();
  const chosen = thread && suggestions(thread)[index];
  if (thread && chosen) insertInto(thread, chosen.text);
}

/** Puts words into the reply of a conversation and goes there. */
export function insertInto(thread: Thread, text: string): void {
  packetShown.value = false;
  insertIntoReply(thread.row.id, text, seenIn(thread.row.id));
}

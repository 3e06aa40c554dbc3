import { signal } from "@preact/signals";
import { draftOf } from "./drafts";

/** Up to which message the agent has had each conversation before their eyes. */
const upTo = signal<ReadonlyMap<number, number>>(new Map());

/** Counted up where the agent should read the end of the open conversation. */
export const endWanted = signal(0);

export const seenIn = (conversation: number): number => upTo.value.get(conversation) ?? 0;

export function see(conversation: number, seq: number): void {
  if (seq > seenIn(conversation)) upTo.value = new Map(upTo.peek()).set(conversation, seq);
}

/** What a step of the agent's may rest upon: words begun before the customer wrote again know nothing of it. */
export function knownIn(conversation: number): number {
  const { text, begun } = draftOf(conversation, false);
  return text.trim() ? Math.min(begun, seenIn(conversation)) : seenIn(conversation);
}

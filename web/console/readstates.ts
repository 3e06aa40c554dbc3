import type { ConsoleMessage, Row } from "../generated/console";

export type ReadState = "sent" | "delivered" | "seen";

/** Which of the agents' messages tell how far the customer is: the newest one, and the newest that was seen. */
export function readStates(messages: readonly ConsoleMessage[], row: Row): ReadonlyMap<number, ReadState> {
  const told = agentsWords(messages);
  const newest = told.at(-1);
  const seen = told.filter(({ seq }) => seq <= row.seen_seq).at(-1);
  const states = new Map<number, ReadState>();
  if (newest) states.set(newest.seq, newest.seq <= row.delivered_seq ? "delivered" : "sent");
  if (seen) states.set(seen.seq, "seen");
  return states;
}

/** Whether a colleague has answered since these words were begun. */
export function answeredSince(messages: readonly ConsoleMessage[], begun: number, me: string): string | null {
  const others = agentsWords(messages).filter(({ seq, name }) => seq > begun && name !== me);
  return others.length ? (others.at(-1)?.name ?? "") : null;
}

/** What the customer wrote since these words were begun. */
export const writtenSince = (messages: readonly ConsoleMessage[], begun: number): ConsoleMessage[] =>
  messages.filter(({ seq, author, kind }) => seq > begun && author === "contact" && kind === "incoming");

const agentsWords = (messages: readonly ConsoleMessage[]): ConsoleMessage[] =>
  messages.filter(({ author, kind, private: isPrivate }) => author === "agent" && kind === "outgoing" && !isPrivate);

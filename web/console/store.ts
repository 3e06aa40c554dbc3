import { computed, signal } from "@preact/signals";
import type { ConsoleMessage, Conversation, ConversationList, Me, Row } from "../generated/console";
import type { View } from "./api";

/** Everything the console knows, in one place. Only `session`, `sync`, `talk`, `verbs` and `route` write here. */

export interface Thread {
  row: Row;
  messages: ConsoleMessage[];
  packet: Conversation["packet"];
  rev: number;
}

/** Words of this agent on their way to the server. */
export interface Outgoing {
  id: string;
  conversation: number;
  text: string;
  private: boolean;
  at: string;
  /** Why it is not sent yet; empty while it is being sent. */
  trouble: string;
  /** Sent again by itself once the server is back. */
  again: boolean;
}

export const VIEWS: readonly View[] = ["queue", "mine", "all", "bot", "resolved"];

/** Undefined while it is not known whether somebody is signed in. */
export const me = signal<Me | null | undefined>(undefined);
export const signInTrouble = signal("");

export const view = signal<View>("queue");
export const lists = signal<Partial<Record<View, ConversationList>>>({});
export const listFailed = signal(false);
export const counts = signal<ConversationList["counts"] | null>(null);

export const openId = signal<number | null>(null);
export const threads = signal<ReadonlyMap<number, Thread>>(new Map());
export const threadFailed = signal<number | null>(null);
/** On narrow screens: the packet instead of the conversation. */
export const packetShown = signal(false);

export const outgoing = signal<readonly Outgoing[]>([]);
/** A sentence about the last step in the open conversation. */
export const notice = signal("");

export const live = signal<"wait" | "up" | "down">("wait");
export const helpShown = signal(false);

export const list = computed(() => lists.value[view.value] ?? null);
export const openThread = computed(() => (openId.value === null ? null : (threads.value.get(openId.value) ?? null)));

/** Whether the open conversation is the signed-in agent's own. */
export function isMine(row: Row): boolean {
  return row.status === "open" && row.assignee !== null && row.assignee.id === me.value?.id;
}

export function putThread(id: number, thread: Thread): void {
  threads.value = new Map(threads.value).set(id, thread);
}

/** Puts a row that came with an answer wherever this conversation is shown. */
export function putRow(row: Row): void {
  const thread = threads.value.get(row.id);
  if (thread) putThread(row.id, { ...thread, row });
}

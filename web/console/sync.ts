import { batch, effect } from "@preact/signals";
import type { ConsoleMessage, Conversation, ConversationList, LiveFrame } from "../generated/console";
import { greetNewcomers } from "./alerts";
import { api, type View } from "./api";
import { connectLive } from "./live";
import { explain } from "./problems";
import * as store from "./store";

const TOGETHER = 30;
const NOW_AND_THEN = 60_000;

let cursor: string | null = null;
let due = 0;
const dueThreads = new Set<number>();

/** Keeps list and open conversation true to the server, and tells when it is back, until the result is called. */
export function startSync(back: () => void): () => void {
  const stopLive = connectLive({ cursor: () => cursor, received, connected: (up) => connected(up, back) });
  const stopViews = effect(() => void loadList(store.view.value));
  const stopOpen = effect(() => {
    if (store.openId.value !== null) void loadThread(store.openId.value);
  });
  const slow = setInterval(refreshSoon, NOW_AND_THEN);
  return () => {
    stopLive();
    stopViews();
    stopOpen();
    clearInterval(slow);
    clearTimeout(due);
    cursor = null;
  };
}

/** Loads what may have changed; several calls within a moment are one. */
export function refreshSoon(): void {
  clearTimeout(due);
  due = setTimeout(refresh, TOGETHER);
}

export async function loadList(view: View): Promise<void> {
  try {
    putList(view, await api.list(view));
  } catch (error) {
    explain(error);
    store.listFailed.value = true;
  }
}

/** Loads what a conversation has above the `rev` known here. */
export async function loadThread(id: number): Promise<void> {
  try {
    mergeThread(id, await api.conversation(id, store.threads.peek().get(id)?.rev ?? 0));
    if (store.threadFailed.peek() === id) store.threadFailed.value = null;
  } catch (error) {
    explain(error);
    if (!store.threads.peek().has(id)) store.threadFailed.value = id;
  }
}

/** Adds a message that came with an answer, before the feed tells of them. */
export function mergeMessage(id: number, message: ConsoleMessage): void {
  const thread = store.threads.peek().get(id);
  if (thread) store.putThread(id, { ...thread, messages: merged(thread.messages, [message]) });
}

function received(frame: LiveFrame): void {
  cursor = frame.cursor;
  for (const { conversation_id: id } of frame.events) dueThreads.add(id);
  refreshSoon();
}

function connected(up: boolean, back: () => void): void {
  const before = store.live.peek();
  if (!up && cursor === null) return;
  store.live.value = up ? "up" : "down";
  if (!up || before !== "down") return;
  back();
  if (store.openId.peek() !== null) dueThreads.add(store.openId.peek()!);
  refreshSoon();
}

function refresh(): void {
  const open = store.openId.peek();
  if (open !== null && dueThreads.has(open)) void loadThread(open);
  dueThreads.clear();
  void loadList(store.view.peek());
  if (store.view.peek() !== "queue") void loadList("queue");
}

function putList(view: View, list: ConversationList): void {
  batch(() => {
    // While the feed is down its cursor may be one the server no longer knows; the list brings a good one.
    if (store.live.peek() !== "up") cursor = list.cursor;
    store.lists.value = { ...store.lists.peek(), [view]: list };
    store.counts.value = list.counts;
    store.listFailed.value = false;
  });
  if (view === "queue") greetNewcomers(list.items);
}

function mergeThread(id: number, fresh: Conversation): void {
  const known = store.threads.peek().get(id);
  if (known && known.rev > fresh.rev) return;
  const { row, packet, rev } = fresh;
  store.putThread(id, { row, packet, rev, messages: merged(known?.messages ?? [], fresh.messages) });
  const arrived = new Set(fresh.messages.map((message) => message.client_id));
  store.outgoing.value = store.outgoing.peek().filter(({ id }) => !arrived.has(id));
}

function merged(known: ConsoleMessage[], fresh: ConsoleMessage[]): ConsoleMessage[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of fresh) {
    if ((bySeq.get(message.seq)?.rev ?? 0) <= message.rev) bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

import { batch, effect } from "@preact/signals";
import type { ConsoleMessage, Conversation, ConversationList, LiveFrame, PresenceFrame, Row } from "../generated/console";
import { greetMessages, greetNewcomers, heed } from "./alerts";
import { api, type View } from "./api";
import { connectLive } from "./live";
import { explain } from "./problems";
import { quick } from "./quick";
import * as store from "./store";
import { t } from "./words";

const TOGETHER = 30;
/** A busy desk must not load its lists more often than people can read. */
const APART = 300;
const NOW_AND_THEN = 60_000;

let cursor: string | null = null;
let due = 0;
let lastRefresh = 0;
let listsToo = false;
const dueThreads = new Set<number>();

/** Keeps list and open conversation true to the server, and tells when it is back, until the result is called. */
export function startSync(back: () => void): () => void {
  const stopLive = connectLive({ cursor: () => cursor, received, connected: (up) => connected(up, back), signedOut: refreshSoon });
  const stopViews = effect(() => void loadList(store.view.value, store.filter.value));
  const stopOpen = effect(() => {
    if (store.openId.value !== null) void loadThread(store.openId.value);
  });
  const slow = setInterval(() => refreshSoon(), NOW_AND_THEN);
  void loadColleagues();
  return () => {
    stopLive();
    stopViews();
    stopOpen();
    clearInterval(slow);
    clearTimeout(due);
    due = 0;
    cursor = null;
  };
}

/** Loads what may have changed; several calls within a moment are one. */
export function refreshSoon(lists = true): void {
  listsToo ||= lists;
  if (due) return;
  due = setTimeout(refresh, Math.max(TOGETHER, lastRefresh + APART - Date.now()));
}

/** The rows of a view that pass the filter. An answer to a filter that was changed meanwhile is dropped. */
export async function loadList(view: View, filter = store.filter.peek()): Promise<void> {
  try {
    const found = await api.list(view, filter);
    if (filter === store.filter.peek()) putList(view, found);
    if (filter === store.NO_FILTER) greet(view, found.items);
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

function received(frame: LiveFrame | PresenceFrame): void {
  if (frame.type === "presence") {
    batch(() => {
      store.presence.value = frame.here;
      store.colleagues.value = frame.colleagues;
    });
    noteOwn(frame.colleagues);
    return;
  }
  cursor = frame.cursor;
  heed(frame.events);
  quick.peek()?.heed(frame.events);
  for (const { conversation_id: id } of frame.events) dueThreads.add(id);
  // How far somebody has read is shown in the conversation alone, or in their own list of mentions.
  refreshSoon(frame.events.some(({ kind }) => !kind.endsWith("read")));
}

/** Who said nothing to a customer is away until they do something, and must not wonder why nothing comes. */
function noteOwn(colleagues: PresenceFrame["colleagues"]): void {
  const me = store.me.peek();
  const own = colleagues.find(({ id }) => id === me?.id);
  if (!me || !own) return;
  const { availability, set_away } = own;
  if (availability === "offline" || (availability === me.availability && set_away === me.set_away)) return;
  store.me.value = { ...me, availability, set_away };
}

function connected(up: boolean, back: () => void): void {
  const before = store.live.peek();
  if (!up && cursor === null) return;
  store.live.value = up ? "up" : "down";
  if (!up || before !== "down") return;
  if (store.notice.peek() === t("unreachable")) store.notice.value = "";
  back();
  if (store.openId.peek() !== null) dueThreads.add(store.openId.peek()!);
  refreshSoon();
}

function refresh(): void {
  due = 0;
  lastRefresh = Date.now();
  const open = store.openId.peek();
  if (open !== null && dueThreads.has(open)) void loadThread(open);
  dueThreads.clear();
  if (!listsToo) return;
  listsToo = false;
  const shown = store.view.peek();
  void loadList(shown);
  // Bells need the whole queue and everything of one's own, whatever is on screen.
  for (const view of ["queue", "mine"] as const) {
    if (shown !== view || store.isFiltered.peek()) void watch(view);
  }
}

async function watch(view: "queue" | "mine"): Promise<void> {
  try {
    const found = await api.list(view);
    if (!store.isFiltered.peek()) putList(view, found);
    greet(view, found.items);
  } catch (error) {
    explain(error);
  }
}

function greet(view: View, rows: Row[]): void {
  if (view === "queue") greetNewcomers(rows);
  if (view === "mine") greetMessages(rows);
}

async function loadColleagues(): Promise<void> {
  try {
    store.colleagues.value = (await api.colleagues()).items;
  } catch (error) {
    explain(error);
  }
}

function putList(view: View, fresh: ConversationList): void {
  batch(() => {
    // While the feed is down its cursor may be one the server no longer knows; the list brings a good one.
    if (store.live.peek() !== "up") cursor = fresh.cursor;
    const items = keptRows(store.lists.peek()[view]?.items ?? [], fresh.items);
    store.lists.value = { ...store.lists.peek(), [view]: { ...fresh, items } };
    store.counts.value = fresh.counts;
    store.listFailed.value = false;
  });
}

/** Rows that say the same stay the same objects, so that only changed ones are drawn again. */
function keptRows(known: Row[], fresh: Row[]): Row[] {
  const before = new Map(known.map((row) => [row.id, row]));
  return fresh.map((row) => {
    const old = before.get(row.id);
    return old && JSON.stringify(old) === JSON.stringify(row) ? old : row;
  });
}

function mergeThread(id: number, fresh: Conversation): void {
  const known = store.threads.peek().get(id);
  if (known && known.rev > fresh.rev) return;
  const { row, contact, packet, rev, rating } = fresh;
  store.putThread(id, { row, contact, packet, rev, rating, messages: merged(known?.messages ?? [], fresh.messages) });
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

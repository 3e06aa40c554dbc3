import { computed, effect, signal, untracked } from "@preact/signals";
import type { ConsoleMessage, LiveEvent, Mention, Mentioned, Mentions } from "../../generated/console";
import { ring } from "../alerts";
import { call } from "../api";
import { viewAsked } from "../filters";
import { explain } from "../problems";
import { colleagues, filter, live, me, openId, openThread, view } from "../store";
import { tell } from "../toasts";
import { type Called, calls } from "./calls";
import { names, w } from "./words";

export const mentions = signal<Mentions | null>(null);
export const failed = signal(false);
/** The list of them stands in place of the conversations. */
export const shown = signal(false);
/** The note that somebody wants to see, once its conversation is there. */
export const goal = signal<{ conversation: number; seq: number } | null>(null);

/** What has rung already; null before the first answer, which rings nothing. */
let known: Set<number> | null = null;
/** Who was picked by hand, where several have the same name. */
let picked: Called[] = [];

const seenNow = signal(!document.hidden);
document.addEventListener("visibilitychange", () => (seenNow.value = !document.hidden));

const agent = computed(() => me.value?.id);
effect(() => {
  void agent.value;
  untracked(forget);
});
// Whoever was cut off for a while may have missed a bell.
effect(() => {
  void live.value;
  if (agent.value !== undefined) void load();
});

// Read when it is before one's eyes, from wherever the conversation was opened.
effect(() => {
  const id = openThread.value?.row.id;
  if (id === undefined || !seenNow.value) return;
  if (mentions.value?.items.some((one) => one.conversation_id === id && !one.read)) untracked(() => void read(id));
});

// Whoever narrows the list or asks for another one wants to see it.
effect(() => {
  void [view.value, filter.value, viewAsked.value];
  shown.value = false;
});

/** Somebody was called or has read it, perhaps this agent, perhaps at another console. */
export function heed(events: readonly LiveEvent[]): void {
  if (events.some(({ kind }) => kind.startsWith("mention"))) void load();
}

export async function load(): Promise<void> {
  const whose = agent.peek();
  try {
    const fresh = await call<Mentions>("GET", "mentions");
    if (whose !== agent.peek()) return;
    failed.value = false;
    mentions.value = fresh;
    greet(fresh.items.filter((one) => !one.read));
  } catch (error) {
    explain(error);
    failed.value = true;
  }
}

/** Those who are called in the words of a note, as it is sent. */
export function calledIn(text: string): Mention[] {
  const found = calls(text, colleagues.peek().filter(({ id }) => id !== me.peek()?.id));
  const byName = new Map<string, Mention[]>();
  for (const mention of found) byName.set(mention.name, [...(byName.get(mention.name) ?? []), mention]);
  return [...byName.values()].flatMap((those) => {
    const meant = those.length > 1 ? those.filter(({ agent_id }) => picked.some(({ id }) => id === agent_id)) : [];
    return meant.length ? meant : those;
  });
}

export function pick(colleague: Called): void {
  picked = [...picked, colleague];
}

/** A note is stored: whoever wrote it hears who will not see it now, and who not at all. */
export function noted(wanted: readonly Mention[], message: ConsoleMessage): void {
  picked = [];
  const rung = new Set((message.mentions ?? []).map(({ agent_id }) => agent_id));
  const left = wanted.filter(({ agent_id }) => !rung.has(agent_id)).map(({ name }) => name);
  const away = awayOf(wanted.filter(({ agent_id }) => rung.has(agent_id)));
  if (left.length) tell(w(left.length > 1 ? "left_many" : "left_one", { names: names(left) }));
  else if (away) tell(away);
}

/** A sentence about those who are called and not there; empty where all are. */
export function awayOf(wanted: readonly Mention[]): string {
  const there = new Set(colleagues.value.filter(({ availability }) => availability === "online").map(({ id }) => id));
  const away = wanted.filter(({ agent_id }) => !there.has(agent_id)).map(({ name }) => name);
  return away.length ? w(away.length > 1 ? "away_many" : "away_one", { names: names(away) }) : "";
}

function greet(unread: readonly Mentioned[]): void {
  const fresh = known ? unread.filter(({ id }) => !known!.has(id)) : [];
  known = new Set([...(known ?? []), ...unread.map(({ id }) => id)]);
  for (const one of fresh) {
    const looking = document.hasFocus() && openId.peek() === one.conversation_id;
    if (!looking) ring(w("mentioned_you", { name: one.by }), "", one.conversation_id);
  }
}

async function read(conversation: number): Promise<void> {
  const before = mentions.peek()!;
  const items = before.items.map((one) => (one.conversation_id === conversation ? { ...one, read: true } : one));
  const done = before.items.filter((one) => one.conversation_id === conversation && !one.read).length;
  mentions.value = { items, unread: before.unread - done };
  try {
    await call("POST", `conversations/${conversation}/mentions/read`);
  } catch (error) {
    explain(error);
  }
}

function forget(): void {
  known = null;
  picked = [];
  mentions.value = goal.value = null;
  shown.value = false;
}

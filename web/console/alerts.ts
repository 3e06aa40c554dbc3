import { effect, signal } from "@preact/signals";
import type { LiveEvent, Row } from "../generated/console";
import { serverNow } from "./api";
import { notifyOn, remindOn, soundOn } from "./preferences";
import { openConversation } from "./route";
import { can, counts, lists, me, openId } from "./store";
import { tell } from "./toasts";
import { customerWord, reasonWord, t } from "./words";

export type Permission = NotificationPermission | "missing";

const REMIND_AFTER_MS = 60_000;
const LOOK_MS = 15_000;

const NEW: readonly number[] = [587.33, 880];
const MESSAGE: readonly number[] = [698.46];
const REMINDER: readonly number[] = [440];

export const permission = signal<Permission>("Notification" in window ? Notification.permission : "missing");

let waiting: Set<number> | null = null;
let heard: Map<number, number> | null = null;
/** Conversations that somebody was given or reminded of, by the kind of event, until it is known whether it is us. */
const called = new Map<number, keyof typeof CALLED>();
/** Where danger was written, until the queue has been looked at. */
const endangered = new Set<number>();
let remindedAt = 0;
let audio: AudioContext | null = null;

effect(() => {
  const count = me.value ? (counts.value?.queue ?? 0) : 0;
  document.title = count ? `(${count}) Baton` : "Baton";
});

/** Browsers let a page sound only after somebody has touched it. */
export function allowSound(): void {
  addEventListener("pointerdown", awaken, { once: true });
  addEventListener("keydown", awaken, { once: true });
}

/** Looks from time to time whether somebody waits too long. */
export function startReminding(): void {
  setInterval(remind, LOOK_MS);
}

export async function askToNotify(): Promise<void> {
  permission.value = await Notification.requestPermission();
}

/** What an alert looks and sounds like here. */
export function tryAlert(): void {
  awaken();
  play(NEW);
  show(t("test_title"), t("test_body"), "test", null);
}

/** A sound and a notification for what was not in the queue before, or has turned dangerous; none for the first list. */
export function greetNewcomers(queue: Row[]): void {
  const fresh = waiting ? queue.filter(({ id }) => !waiting!.has(id) || endangered.has(id)) : [];
  waiting = new Set(queue.map(({ id }) => id));
  if (fresh.length && !isOff()) {
    if (soundOn.peek()) play(NEW);
    for (const row of fresh) {
      const title = t(endangered.has(row.id) ? "danger_written" : "new_in_queue");
      if (endangered.has(row.id)) tell(title, null, row.id);
      notify(title, row, row.reason ? reasonWord(row.reason) : "");
    }
  }
  endangered.clear();
}

const CALLED = {
  assign: "given_to_you",
  nudge: "waits_for_you",
  danger: "danger_written",
  overdue: "promised_twice",
} as const;
const TOLD_LEADS = { unanswered: "nobody_answered", danger: "danger_written", overdue: "promised_twice" } as const;

/** Keeps what may call this agent by name; leads hear at once of what is others'. */
export function heed(events: readonly LiveEvent[]): void {
  for (const { conversation_id: id, kind } of events) {
    if (kind === "danger") endangered.add(id);
    // Whoever is given danger hears of that.
    if (kind in CALLED && called.get(id) !== "danger") called.set(id, kind as keyof typeof CALLED);
    if (!(kind in TOLD_LEADS) || !can("assign") || isOff()) continue;
    if (heard?.has(id) || (kind === "danger" && waiting?.has(id))) continue;
    const title = t(TOLD_LEADS[kind as keyof typeof TOLD_LEADS]);
    tell(title, null, id);
    show(title, "", String(id), id);
  }
}

/** What was given to this agent, or waits for them, among their own. */
function greetCalls(mine: Row[]): void {
  for (const row of mine) {
    const kind = called.get(row.id);
    if (!called.delete(row.id) || !row.waiting_since) continue;
    const title = t(CALLED[kind!], { name: customerWord(row) });
    if (soundOn.peek()) play(NEW);
    tell(title, null, row.id);
    notify(title, row, row.reason ? reasonWord(row.reason) : "");
  }
  called.clear(); // the rest is others'
}

/** The same for new words of customers in one's own conversations, unless they are being looked at. */
export function greetMessages(mine: Row[]): void {
  greetCalls(mine);
  const before = heard;
  heard = new Map(mine.map((row) => [row.id, row.last_seq]));
  const fresh = before ? mine.filter((row) => row.preview_author === "contact" && isNewer(row, before)) : [];
  if (!fresh.length) return;
  if (soundOn.peek()) play(MESSAGE);
  for (const row of fresh) notify(t("new_from", { name: customerWord(row) }), row, "");
}

/** Somebody calls this agent to a conversation. */
export function ring(title: string, more: string, id: number): void {
  if (isOff()) return;
  if (soundOn.peek()) play(NEW);
  tell(title, null, id);
  show(title, more, String(id), id);
}

export function forgetQueue(): void {
  waiting = heard = null;
  called.clear();
  endangered.clear();
}

function isNewer(row: Row, before: ReadonlyMap<number, number>): boolean {
  const known = before.get(row.id);
  return known !== undefined && row.last_seq > known && !(document.hasFocus() && openId.peek() === row.id);
}

/** One low note, at most once a minute, while somebody in the queue has waited longer than that. */
function remind(): void {
  const now = serverNow();
  const oldest = Math.min(...(lists.peek().queue?.items ?? []).map((row) => Date.parse(row.waiting_since ?? row.last_at)));
  if (!me.peek() || isOff() || !remindOn.peek() || now - Math.max(oldest, remindedAt) < REMIND_AFTER_MS) return;
  if (!Number.isFinite(oldest)) return;
  remindedAt = now;
  if (soundOn.peek()) play(REMINDER);
  show(t("still_waiting"), t("still_waiting_body", { n: counts.peek()?.queue ?? 1 }), "waiting", null);
}

/** Who is away or offline is not called. */
const isOff = (): boolean => !can("work") || me.peek()?.availability !== "online";

/** Names and reasons only: a notification may be seen by anybody near the screen. */
function notify(title: string, row: Row, more: string): void {
  show(title, [customerWord(row), more].filter(Boolean).join(" · "), String(row.id), row.id);
}

function show(title: string, body: string, tag: string, open: number | null): void {
  if (!notifyOn.peek() || permission.peek() !== "granted") return;
  if (document.hasFocus() && tag !== "test") return;
  const note = new Notification(title, { body, tag: `baton-${tag}` });
  note.onclick = () => {
    window.focus();
    if (open !== null) openConversation(open);
    note.close();
  };
}

function awaken(): void {
  audio ??= new AudioContext();
  void audio.resume();
}

/** Soft notes one after the other; pitches in Hz. */
function play(pitches: readonly number[]): void {
  if (!audio) return;
  const now = audio.currentTime;
  pitches.forEach((pitch, index) => {
    const start = now + index * 0.12;
    const tone = audio!.createOscillator();
    const volume = audio!.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.08, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.5);
    tone.connect(volume).connect(audio!.destination);
    tone.start(start);
    tone.stop(start + 0.5);
  });
}

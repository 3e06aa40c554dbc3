import { effect, signal } from "@preact/signals";
import type { Row } from "../generated/console";
import { openConversation } from "./route";
import { counts, me } from "./store";
import { reasonWord, t } from "./words";

const KEY = "baton.sound";

export const soundOn = signal(localStorage.getItem(KEY) !== "off");
export const canAskToNotify = signal("Notification" in window && Notification.permission === "default");

let known: Set<number> | null = null;
let audio: AudioContext | null = null;

effect(() => localStorage.setItem(KEY, soundOn.value ? "on" : "off"));
effect(() => {
  const waiting = me.value ? (counts.value?.queue ?? 0) : 0;
  document.title = waiting ? `(${waiting}) Baton` : "Baton";
});

/** Browsers let a page sound only after somebody has touched it. */
export function allowSound(): void {
  addEventListener("pointerdown", () => (audio ??= new AudioContext()), { once: true });
  addEventListener("keydown", () => (audio ??= new AudioContext()), { once: true });
}

export async function askToNotify(): Promise<void> {
  await Notification.requestPermission();
  canAskToNotify.value = Notification.permission === "default";
}

/** A sound and a notification for conversations that were not in the queue before; none for the first list. */
export function greetNewcomers(queue: Row[]): void {
  const fresh = known ? queue.filter(({ id }) => !known!.has(id)) : [];
  known = new Set(queue.map(({ id }) => id));
  if (!fresh.length) return;
  if (soundOn.peek()) chime();
  fresh.forEach(notify);
}

export function forgetQueue(): void {
  known = null;
}

function notify(row: Row): void {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  const body = [row.contact, row.reason && reasonWord(row.reason)].filter(Boolean).join(" · ");
  const note = new Notification(t("new_in_queue"), { body, tag: `baton-${row.id}` });
  note.onclick = () => {
    window.focus();
    openConversation(row.id);
    note.close();
  };
}

/** Two soft notes, a fifth apart. */
function chime(): void {
  if (!audio) return;
  const now = audio.currentTime;
  [587.33, 880].forEach((pitch, index) => {
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

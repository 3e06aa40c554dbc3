import { effect, type Signal, signal } from "@preact/signals";

/** What an agent likes, kept in this browser. */

export type Theme = "auto" | "light" | "dark";

export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export const theme = kept<Theme>("theme", "auto", THEMES);
export const soundOn = keptSwitch("sound", true);
export const notifyOn = keptSwitch("notify", true);
/** A quiet reminder while somebody waits in the queue. */
export const remindOn = keptSwitch("remind", true);

function kept<Value extends string>(name: string, first: Value, known: readonly Value[]): Signal<Value> {
  const key = `baton.${name}`;
  const before = localStorage.getItem(key);
  const value = signal<Value>(known.find((choice) => choice === before) ?? first);
  effect(() => localStorage.setItem(key, value.value));
  return value;
}

function keptSwitch(name: string, first: boolean): Signal<boolean> {
  const key = `baton.${name}`;
  const before = localStorage.getItem(key);
  const value = signal(before === null ? first : before === "on");
  effect(() => localStorage.setItem(key, value.value ? "on" : "off"));
  return value;
}

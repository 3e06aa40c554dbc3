import { effect } from "@preact/signals";
import { asked } from "../drafts";
import { openConversation } from "../route";
import { helpShown, list, openId } from "../store";
import { claim, handBack, resolve } from "../verbs";

/** Where the open conversation last stood in the list: after a claim it may have left it. */
let place = 0;
effect(() => {
  const index = list.value?.items.findIndex(({ id }) => id === openId.value) ?? -1;
  if (index >= 0) place = index;
});

const KEYS: Readonly<Record<string, () => void>> = {
  j: () => move(1),
  k: () => move(-1),
  c: () => void claim(),
  r: () => (asked.value = "reply"),
  n: () => (asked.value = "note"),
  e: () => void resolve(),
  b: () => void handBack(),
  "?": () => (helpShown.value = !helpShown.value),
};

/** The desk's keys. They are off while somebody types, and together with Ctrl, Alt or ⌘. */
export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  const action = KEYS[event.key];
  if (!action || (helpShown.peek() && event.key !== "?")) return;
  event.preventDefault();
  action();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function move(step: 1 | -1): void {
  const items = list.peek()?.items ?? [];
  const stands = items.some(({ id }) => id === openId.peek());
  const next = stands || step < 0 ? place + step : place;
  const row = items[Math.max(0, Math.min(items.length - 1, next))];
  if (row) openConversation(row.id);
}

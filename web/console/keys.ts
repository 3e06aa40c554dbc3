import { type Command, commands } from "./commands";
import { insertSuggestion } from "./suggestions";
import { isMine, openThread, page, picker } from "./store";

/** How long the first of two keys waits for the second. */
const PAIR_MS = 1_200;

let first = "";
let firstAt = 0;

/** The desk's keys. They are off while somebody types or a dialog is open; only the palette's key works everywhere. */
export function onKey(event: KeyboardEvent): void {
  if (event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    picker.value = picker.peek() === "palette" ? null : "palette";
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target)) return;
  if (suggested(event.key)) return event.preventDefault();
  const command = commandOf(event.key);
  if (!command) return;
  event.preventDefault();
  if (command.may()) command.run();
}

/** Two keys that belong together count if they come one soon after the other. */
function commandOf(key: string): Command | undefined {
  const pair = first && Date.now() - firstAt < PAIR_MS ? `${first} ${key}` : null;
  first = "";
  const all = commands();
  const both = all.find(({ keys }) => keys === pair);
  if (both) return both;
  if (all.some(({ keys }) => keys.startsWith(`${key} `))) {
    first = key;
    firstAt = Date.now();
    return undefined;
  }
  const its = all.filter(({ keys }) => keys === key);
  return its.filter(({ may }) => may()).at(-1) ?? its[0];
}

/** `1` to `3` put a suggestion into the reply. */
function suggested(key: string): boolean {
  const thread = openThread.peek();
  if (!/^[1-3]$/.test(key) || page.peek() !== "desk" || !thread || !isMine(thread.row)) return false;
  insertSuggestion(Number(key) - 1);
  return true;
}

function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open], :popover-open")) return true;
  return target instanceof HTMLElement && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

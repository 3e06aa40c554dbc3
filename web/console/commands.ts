import { effect } from "@preact/signals";
import type { Row } from "../generated/console";
import { asked } from "./drafts";
import { PLACES } from "./places";
import { quick } from "./quick";
import { showWholeView } from "./filters";
import { THEMES, theme } from "./preferences";
import { closeConversation, openConversation, openPage } from "./route";
import * as store from "./store";
import { isMine, list, openId, openThread, type Page, page, picker, type Picker, VIEWS } from "./store";
import { insertSuggestion, suggestions } from "./suggestions";
import { undo } from "./toasts";
import { claim, handBack, mayClaim, mayFinish, mayMark, mayPass, mayReopen, reopen, resolve } from "./verbs";
import { t, type TextKey } from "./words";

/** A name that is no text of the console's own. */
export type Spoken = () => string;

/** Everything that can be done by name or by key: the one table of palette, keyboard and help. */
export interface Command {
  readonly id: string;
  readonly label: TextKey | Spoken;
  /** One key, or two one after the other. */
  readonly keys: string;
  readonly may: () => boolean;
  readonly run: () => void;
  /** Without it there is no such thing for somebody. */
  readonly needs?: store.Permission;
  /** Not in the palette: there it makes no sense. */
  readonly quiet?: boolean;
  /** Not in the help: its key does the same as everywhere, to several. */
  readonly within?: boolean;
}

const always = (): boolean => true;
const works = (): boolean => store.can("work");
const onDesk = (): boolean => page.value === "desk";
const open = (may: (row: Row) => boolean) => (): boolean => {
  const thread = openThread.value;
  return onDesk() && thread !== null && may(thread.row);
};
const pick = (name: Picker) => (): void => {
  picker.value = name;
};
const write = (kind: "reply" | "note" | "canned") => (): void => {
  asked.value = kind;
};
const go = (name: Page) => (): void => openPage(name);

const VIEW_KEYS = { queue: "q", mine: "m", all: "a", bot: "b", snoozed: "s", resolved: "r" } as const;

export const COMMANDS: readonly Command[] = [
  { id: "next", label: "key_next", keys: "j", may: onDesk, run: () => move(1), quiet: true },
  { id: "previous", label: "key_previous", keys: "k", may: onDesk, run: () => move(-1), quiet: true },
  { id: "claim", label: "claim", keys: "c", may: open(mayClaim), run: () => void claim() },
  { id: "reply", label: "key_reply", keys: "r", may: open(isMine), run: write("reply") },
  { id: "note", label: "key_note", keys: "n", may: open(works), run: write("note") },
  { id: "canned", label: "key_canned", keys: "/", may: open(isMine), run: write("canned") },
  { id: "articles", label: "key_articles", keys: "a", may: open(always), run: pick("articles") },
  { id: "suggestion", label: "key_suggestion", keys: "1", may: hasSuggestion, run: () => insertSuggestion(0) },
  { id: "resolve", label: "resolve", keys: "e", may: open(mayFinish), run: () => void resolve() },
  { id: "reopen", label: "reopen", keys: "o", may: open(mayReopen), run: () => void reopen() },
  { id: "snooze", label: "snooze", keys: "s", may: open(mayFinish), run: pick("snooze") },
  { id: "hand_back", label: "hand_back", keys: "b", may: open(mayFinish), run: () => void handBack() },
  { id: "transfer", label: "transfer", keys: "t", may: open(mayPass), run: pick("transfer") },
  { id: "priority", label: "change_priority", keys: "p", may: open(mayMark), run: pick("priority") },
  { id: "tags", label: "change_tags", keys: "l", may: open(works), run: pick("tags") },
  { id: "undo", label: "undo", keys: "z", may: () => store.toast.value?.undo != null, run: () => void undo() },
  { id: "search", label: "search_messages", keys: "f", may: always, run: focusSearch },
  ...VIEWS.map(
    (name): Command => ({
      id: `view_${name}`,
      label: `view_${name}`,
      keys: `g ${VIEW_KEYS[name]}`,
      may: always,
      run: () => {
        if (page.peek() !== "desk") openPage("desk");
        showWholeView(name);
      },
    }),
  ),
  ...PLACES.map(
    ({ name, keys, needs }): Command => ({
      id: `page_${name}`,
      label: `page_${name}`,
      keys,
      needs,
      may: () => store.can(needs),
      run: go(name),
    }),
  ),
  { id: "page_account", label: "page_account", keys: "", may: always, run: go("account") },
  { id: "theme", label: "next_theme", keys: "", may: always, run: nextTheme },
  { id: "palette", label: "palette", keys: "mod k", may: always, run: pick("palette"), quiet: true },
  { id: "leave", label: "key_leave", keys: "Escape", may: always, run: leave, quiet: true },
  { id: "help", label: "key_help", keys: "?", may: always, run: () => (store.helpShown.value = !store.helpShown.value) },
];

/** The table with what `quick/` adds; of one key, the last that may be done counts. */
export const commands = (): readonly Command[] => [...COMMANDS, ...(quick.value?.commands() ?? [])];

export function nameOf({ id, label }: Command): string {
  if (typeof label === "function") return label();
  return id.startsWith("view_") ? t("go_to", { name: t(label) }) : t(label);
}

/** Where the open conversation last stood in the list: after a claim it may have left it. */
let place = 0;
effect(() => {
  const index = list.value?.items.findIndex((row) => row.id === openId.value) ?? -1;
  if (index >= 0) place = index;
});

function move(step: 1 | -1): void {
  const items = list.peek()?.items ?? [];
  const stands = items.some(({ id }) => id === openId.peek());
  const next = stands || step < 0 ? place + step : place;
  const row = items[Math.max(0, Math.min(items.length - 1, next))];
  if (row) openConversation(row.id);
}

function hasSuggestion(): boolean {
  const thread = openThread.value;
  return thread !== null && isMine(thread.row) && suggestions(thread).length > 0;
}

/** At once, so that the next key already lands in the box; again when a dialog or another page has made way. */
function focusSearch(): void {
  const focus = (): void => document.querySelector<HTMLInputElement>('[data-testid="search"]')?.focus();
  if (page.peek() !== "desk") openPage("desk");
  focus();
  requestAnimationFrame(focus);
}

function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.peek()) + 1) % THEMES.length] ?? "auto";
}

/** Back by one step: the page, then the conversation. */
function leave(): void {
  if (page.peek() !== "desk" || openId.peek() !== null) closeConversation();
}

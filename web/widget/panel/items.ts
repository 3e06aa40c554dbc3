import type { Button, File, Form, WidgetMessage } from "../../generated/widget";
import type { Chat } from "../chat";
import { type Entry, isBubble } from "../outbox";

const GROUP = 10 * 60_000;

/** One bubble of the log: a message, or an own one on its way. */
export interface Item {
  key: string;
  author: WidgetMessage["author"];
  name: string | null;
  text: string;
  markdown: boolean;
  /** It tells what happened: a quiet line, not a bubble. */
  activity: boolean;
  at: Date;
  seq: number | null;
  buttons: Button[];
  files: File[];
  form: Form | null;
  entry: Entry | null;
  /** First and last of a row of bubbles by the same author; first of a day that must be named. */
  first: boolean;
  last: boolean;
  day: boolean;
}

/** The log in the order in which it is shown. */
export function items(chat: Chat): Item[] {
  const shown = [...chat.messages.values()].sort((one, other) => one.seq - other.seq).map(fromMessage);
  shown.push(...chat.outbox.entries.filter(isBubble).map(fromEntry));
  shown.forEach((item, index) => {
    const before = shown[index - 1];
    item.day = (before?.at ?? new Date()).toDateString() !== item.at.toDateString();
    item.first = item.day || !before || !together(before, item);
    if (before) before.last = item.first;
  });
  keepNewestQuestion(shown);
  return shown;
}

function fromMessage(message: WidgetMessage): Item {
  return {
    ...blank,
    ...message,
    key: message.client_id ?? `m${message.seq}`,
    markdown: message.format === "markdown",
    activity: message.kind === "activity",
    at: new Date(message.at),
  };
}

function fromEntry(entry: Entry): Item {
  return { ...blank, key: entry.frame.id, text: entry.label, files: entry.files, at: new Date(entry.at), entry };
}

const blank: Omit<Item, "key" | "text" | "at"> = {
  author: "contact",
  name: null,
  markdown: false,
  activity: false,
  seq: null,
  buttons: [],
  files: [],
  form: null,
  entry: null,
  first: true,
  last: true,
  day: false,
};

function together(one: Item, other: Item): boolean {
  const close = other.at.getTime() - one.at.getTime() < GROUP;
  const alone = one.author === "system" || one.activity || other.activity;
  return close && !alone && one.author === other.author && one.name === other.name;
}

/** Buttons and a form belong to the newest message that has some, and only until the customer says something. */
function keepNewestQuestion(shown: Item[]): void {
  let open = true;
  for (const item of [...shown].reverse()) {
    if (item.author === "contact") open = false;
    if (!open) Object.assign(item, { buttons: [], form: null });
    if (item.buttons.length || item.form) open = false;
  }
}

import { computed, signal } from "@preact/signals";
import type {
  CannedResponse,
  Colleague,
  ConsoleMessage,
  Contact,
  Conversation,
  ConversationList,
  Me,
  Mention,
  Presence,
  Row,
  Teams,
} from "../generated/console";
import type { Filter, View } from "./api";

/** Everything the console knows, in one place. Views only read it; the modules beside this one write it. */

export interface Thread {
  row: Row;
  contact: Contact;
  messages: ConsoleMessage[];
  packet: Conversation["packet"];
  rating?: Conversation["rating"];
  rev: number;
}

/** Words of this agent on their way to the server. */
export interface Outgoing {
  id: string;
  conversation: number;
  text: string;
  files: readonly SentFile[];
  mentions?: readonly Mention[] | undefined;
  private: boolean;
  at: string;
  /** Why it is not sent yet; empty while it is being sent. */
  trouble: string;
  /** Sent again by itself once the server is back. */
  again: boolean;
}

export interface SentFile {
  key: string;
  name: string;
}

/** Something done that can be taken back for a while; `undo` is false where that did not go through and says so itself. */
export interface Toast {
  text: string;
  undo: (() => Promise<void | false>) | null;
  /** The conversation it calls to. */
  to: number | null;
}

export type Picker = "palette" | "snooze" | "transfer" | "priority" | "tags" | "articles" | QuickPicker;
export type QuickPicker = "many_snooze" | "many_transfer" | "many_priority" | "many_tag" | "keep_filter" | "filters";
export type Page = "desk" | "canned" | "figures" | "install" | "people" | "teams" | "trail" | "account" | "quality";
export type Permission = Me["may"][number];

export const VIEWS: readonly View[] = ["queue", "mine", "all", "bot", "snoozed", "resolved"];
export const NO_FILTER: Filter = {
  priority: "",
  language: "",
  channel: "",
  reason: "",
  tag: "",
  team: "",
  due: "",
  sort: "",
  q: "",
};

/** Undefined while it is not known whether somebody is signed in. */
export const me = signal<Me | null | undefined>(undefined);
export const signInTrouble = signal("");
/** The code of an invitation somebody came with. */
export const invitation = signal<string | null>(null);

export const page = signal<Page>("desk");
export const view = signal<View>("queue");
export const filter = signal<Filter>(NO_FILTER);
export const filtersShown = signal(false);
export const lists = signal<Partial<Record<View, ConversationList>>>({});
export const listFailed = signal(false);
export const counts = signal<ConversationList["counts"] | null>(null);

export const openId = signal<number | null>(null);
export const threads = signal<ReadonlyMap<number, Thread>>(new Map());
export const threadFailed = signal<number | null>(null);
/** On narrow screens: the packet instead of the conversation. */
export const packetShown = signal(false);

export const outgoing = signal<readonly Outgoing[]>([]);
/** A sentence about the last step in the open conversation. */
export const notice = signal("");
export const toast = signal<Toast | null>(null);
export const picker = signal<Picker | null>(null);

export const presence = signal<readonly Presence[]>([]);
export const colleagues = signal<readonly Colleague[]>([]);
export const teams = signal<Teams | null>(null);
export const teamsFailed = signal(false);
/** Null while they are not loaded. */
export const canned = signal<readonly CannedResponse[] | null>(null);

export const live = signal<"wait" | "up" | "down">("wait");
export const helpShown = signal(false);

export const list = computed(() => lists.value[view.value] ?? null);
export const openThread = computed(() => (openId.value === null ? null : (threads.value.get(openId.value) ?? null)));
export const isFiltered = computed(() => Object.values(filter.value).some(Boolean));
/** Whether something may be left out; another order leaves out nothing. */
export const isNarrowed = computed(() => Object.entries(filter.value).some(([name, value]) => name !== "sort" && value));

/** Tags somebody uses already, in the lists known here. */
export const knownTags = computed(() => {
  const rows = Object.values(lists.value).flatMap((known) => known.items);
  return [...new Set(rows.flatMap(({ tags }) => tags))].sort();
});

/** What the signed-in agent's role includes; the server decides again. */
export function can(permission: Permission): boolean {
  return me.value?.may.includes(permission) ?? false;
}

/** Whether the open conversation is the signed-in agent's own. */
export function isMine(row: Row): boolean {
  return row.status === "open" && row.assignee !== null && row.assignee.id === me.value?.id;
}

export function putThread(id: number, thread: Thread): void {
  threads.value = new Map(threads.value).set(id, thread);
}

/** Puts a row that came with an answer wherever this conversation is shown. */
export function putRow(row: Row): void {
  const thread = threads.value.get(row.id);
  if (thread) putThread(row.id, { ...thread, row });
  lists.value = Object.fromEntries(
    Object.entries(lists.value).map(([name, known]) => [
      name,
      { ...known, items: known.items.map((other) => (other.id === row.id ? { ...row, found: other.found } : other)) },
    ]),
  );
}

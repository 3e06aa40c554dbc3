import { signal } from "@preact/signals";
import type { SentFile } from "./store";

const PREFIX = "baton.draft.";

/** Unsent words. `begun` is the newest message there was when they were begun; `files` are with the server already. */
export interface Draft {
  readonly text: string;
  readonly begun: number;
  readonly files: readonly SentFile[];
}

const EMPTY: Draft = { text: "", begun: 0, files: [] };

/** By conversation and kind; they outlive a reload, not the tab. */
const drafts = signal<Readonly<Record<string, Draft>>>(kept());

/** Which box somebody asked for, by key or by putting words into it; the composer turns there and clears it. */
export const asked = signal<"reply" | "note" | "canned" | null>(null);

const keyOf = (conversation: number, isPrivate: boolean): string => `${conversation}.${isPrivate ? "note" : "reply"}`;

export function draftOf(conversation: number, isPrivate: boolean): Draft {
  return drafts.value[keyOf(conversation, isPrivate)] ?? EMPTY;
}

export function hasDraft(conversation: number): boolean {
  return [true, false].some((isPrivate) => draftOf(conversation, isPrivate).text.trim() !== "");
}

/** New words; `newest` is the newest message there is now. */
export function setDraft(conversation: number, isPrivate: boolean, text: string, newest: number): void {
  const before = drafts.peek()[keyOf(conversation, isPrivate)] ?? EMPTY;
  put(conversation, isPrivate, { ...before, text, begun: before.text.trim() ? before.begun : newest });
}

export function setDraftFiles(conversation: number, isPrivate: boolean, files: readonly SentFile[]): void {
  put(conversation, isPrivate, { ...draftOf(conversation, isPrivate), files });
}

/** The agent has read what came since. */
export function acknowledge(conversation: number, newest: number): void {
  put(conversation, false, { ...draftOf(conversation, false), begun: newest });
}

export function clearDraft(conversation: number, isPrivate: boolean): void {
  put(conversation, isPrivate, EMPTY);
}

export function clearDrafts(): void {
  Object.keys(kept()).forEach((key) => sessionStorage.removeItem(PREFIX + key));
  drafts.value = {};
}

/** Puts words behind what is already there. */
export function insertIntoReply(conversation: number, words: string, newest: number): void {
  const before = draftOf(conversation, false).text.trim();
  setDraft(conversation, false, [before, words].filter(Boolean).join("\n\n"), newest);
  asked.value = "reply";
}

function put(conversation: number, isPrivate: boolean, draft: Draft): void {
  const key = keyOf(conversation, isPrivate);
  drafts.value = { ...drafts.peek(), [key]: draft };
  if (draft.text || draft.files.length) sessionStorage.setItem(PREFIX + key, JSON.stringify(draft));
  else sessionStorage.removeItem(PREFIX + key);
}

function kept(): Record<string, Draft> {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  return Object.fromEntries(keys.map((key) => [key.slice(PREFIX.length), parse(sessionStorage.getItem(key) ?? "")]));
}

function parse(text: string): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    return { ...EMPTY, text };
  }
}

import { signal } from "@preact/signals";

const PREFIX = "baton.draft.";

/** Unsent words by conversation and kind; they outlive a reload, not the tab. */
const drafts = signal<Readonly<Record<string, string>>>(kept());

/** Which box somebody asked for, by key or by putting words into it; the composer turns there and clears it. */
export const asked = signal<"reply" | "note" | null>(null);

const keyOf = (conversation: number, isPrivate: boolean): string => `${conversation}.${isPrivate ? "note" : "reply"}`;

export function draftOf(conversation: number, isPrivate: boolean): string {
  return drafts.value[keyOf(conversation, isPrivate)] ?? "";
}

export function setDraft(conversation: number, isPrivate: boolean, text: string): void {
  const key = keyOf(conversation, isPrivate);
  drafts.value = { ...drafts.peek(), [key]: text };
  if (text) sessionStorage.setItem(PREFIX + key, text);
  else sessionStorage.removeItem(PREFIX + key);
}

export function clearDraft(conversation: number, isPrivate: boolean): void {
  setDraft(conversation, isPrivate, "");
}

export function clearDrafts(): void {
  Object.keys(kept()).forEach((key) => sessionStorage.removeItem(PREFIX + key));
  drafts.value = {};
}

/** Puts words behind what is already there. */
export function insertIntoReply(conversation: number, words: string): void {
  setDraft(conversation, false, [draftOf(conversation, false).trim(), words].filter(Boolean).join("\n\n"));
  asked.value = "reply";
}

function kept(): Record<string, string> {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  return Object.fromEntries(keys.map((key) => [key.slice(PREFIX.length), sessionStorage.getItem(key) ?? ""]));
}

import { signal } from "@preact/signals";
import type { CannedDraft } from "../../generated/console";
import { LOCALES, type Locale } from "../../shared/locale";
import { deleteCanned, saveCanned } from "../canned";
import { explain } from "../problems";
import { canned } from "../store";
import { tell } from "../toasts";
import { w } from "./cannedTexts";

/** Which prepared answer is being written; `new` is not stored yet. */
export type Key = number | "new";

export interface Edit {
  shortcut: string;
  title: string;
  texts: Readonly<Record<Locale, string>>;
}

const EMPTY: Edit = { shortcut: "", title: "", texts: { "zh-TW": "", "zh-CN": "", en: "" } };
export const SHORTCUT = "[a-z0-9][a-z0-9\\-]{0,39}";

export const chosen = signal<Key | null>(null);
export const wanted = signal("");
export const trouble = signal("");

/** What was changed and not saved, kept while one looks at others. */
const edits = signal<ReadonlyMap<Key, Edit>>(new Map());

export const hasEdits = (id: Key): boolean => edits.value.has(id);

export function editOf(id: Key): Edit {
  return edits.value.get(id) ?? storedOf(id);
}

export function change(id: Key, changes: Partial<Edit>): void {
  trouble.value = "";
  edits.value = new Map(edits.peek()).set(id, { ...editOf(id), ...changes });
}

export function forgetEdit(id: Key): void {
  const left = new Map(edits.peek());
  left.delete(id);
  edits.value = left;
}

export async function save(id: Key): Promise<void> {
  try {
    const saved = await saveCanned(id === "new" ? null : id, draftOf(editOf(id)));
    forgetEdit(id);
    chosen.value = saved.id;
    tell(w("canned_saved", { name: saved.title }));
  } catch (error) {
    trouble.value = explain(error);
  }
}

export async function remove(id: number): Promise<void> {
  const response = (canned.peek() ?? []).find((known) => known.id === id);
  if (!response) return;
  try {
    await deleteCanned(response);
    forgetEdit(id);
    chosen.value = null;
  } catch (error) {
    trouble.value = explain(error);
  }
}

export const isComplete = ({ shortcut, title, texts }: Edit): boolean =>
  new RegExp(`^${SHORTCUT}$`).test(shortcut) && title.trim() !== "" && Object.values(texts).some((text) => text.trim());

/** Another prepared answer already has this shortcut. */
export const isTaken = (id: Key, shortcut: string): boolean =>
  (canned.value ?? []).some((known) => known.id !== id && known.shortcut === shortcut);

function storedOf(id: Key): Edit {
  const stored = (canned.value ?? []).find((known) => known.id === id);
  return stored ? { ...stored, texts: { ...EMPTY.texts, ...stored.texts } } : EMPTY;
}

function draftOf({ shortcut, title, texts }: Edit): CannedDraft {
  const written = LOCALES.filter((language) => texts[language].trim());
  return { shortcut, title: title.trim(), texts: Object.fromEntries(written.map((name) => [name, texts[name].trim()])) };
}

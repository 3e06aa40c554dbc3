import { signal } from "@preact/signals";
import type { Review, ReviewDraft } from "../../../generated/console";

/** Beside the desk's drafts, so that signing out forgets them too. */
const PREFIX = "baton.draft.review.";

export const SCORED = ["attitude", "skill", "solution"] as const;
export type Scored = (typeof SCORED)[number];
export const ANSWERS = ["kept", "missed", "none"] as const;
export type Answer = (typeof ANSWERS)[number];

/** A review as far as it is filled in. */
export interface Edit {
  readonly attitude: number | null;
  readonly skill: number | null;
  readonly solution: number | null;
  readonly answers: ReviewDraft["answers"];
  readonly comment: string;
}

/** What was written and not saved, by review; it outlives a reload, not the tab. */
const edits = signal<ReadonlyMap<number, Edit>>(new Map());

export function readEdits(): void {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const found = keys.flatMap((key) => {
    const edit = parsed(sessionStorage.getItem(key) ?? "");
    return edit ? [[Number(key.slice(PREFIX.length)), edit] as const] : [];
  });
  edits.value = new Map(found);
}

export function editOf(review: Review): Edit {
  return edits.value.get(review.id) ?? storedOf(review);
}

export function hasEdit({ id }: Review): boolean {
  return edits.value.has(id);
}

export function change(review: Review, changed: Partial<Edit>): void {
  putEdit(review.id, { ...editOf(review), ...changed });
}

export function putEdit(id: number, edit: Edit): void {
  edits.value = new Map(edits.value).set(id, edit);
  sessionStorage.setItem(PREFIX + id, JSON.stringify(edit));
}

export function clearEdit(id: number): void {
  edits.value = new Map([...edits.value].filter(([other]) => other !== id));
  sessionStorage.removeItem(PREFIX + id);
}

/** How many scores and points are still to be answered. */
export function missing(edit: Edit, { checklist }: Review): number {
  const scores = SCORED.filter((name) => edit[name] === null).length;
  return scores + (checklist?.points ?? []).filter(({ key }) => !edit.answers[key]).length;
}

export function isComplete(edit: Edit, review: Review): boolean {
  return missing(edit, review) === 0;
}

function storedOf({ attitude, skill, solution, checklist, comment }: Review): Edit {
  const said = (checklist?.points ?? []).flatMap(({ key, answer }) => (answer ? [[key, answer] as const] : []));
  return { attitude, skill, solution, answers: Object.fromEntries(said), comment };
}

function parsed(text: string): Edit | null {
  try {
    return { attitude: null, skill: null, solution: null, answers: {}, comment: "", ...(JSON.parse(text) as Partial<Edit>) };
  } catch {
    return null;
  }
}

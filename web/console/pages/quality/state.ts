import { computed, signal } from "@preact/signals";
import type { Drawn, OwnReviews, Review, ReviewDraft, Reviews, ReviewWish } from "../../../generated/console";
import { ApiError, call } from "../../api";
import { explain } from "../../problems";
import { can, me } from "../../store";
import { tell } from "../../toasts";
import { clearEdit, editOf, isComplete, putEdit, readEdits } from "./edits";
import { w } from "./texts";

export type Tab = "to_do" | "done" | "mine";
export const PERIODS = [7, 30, 90, 365] as const;

export const reviews = signal<Reviews | null>(null);
export const own = signal<OwnReviews | null>(null);
export const failed = signal(false);
export const days = signal<number>(30);
export const tab = signal<Tab>("to_do");
/** What is open beside the list: a review, the form that draws more, or on a phone the averages. */
export type Chosen = number | "draw" | "averages" | null;
export const chosen = signal<Chosen>(null);
export const trouble = signal("");
export const busy = signal(false);

export const listed = computed<readonly Review[]>(() => {
  if (tab.value === "mine") return own.value?.items ?? [];
  return reviews.value?.[tab.value] ?? [];
});
export const open = computed(() => listed.value.find(({ id }) => id === chosen.value) ?? null);

let whose: number | undefined;
let asked = 0;

/** The next one at this computer must not see what the last one saw. */
export function begin(): void {
  if (whose !== me.peek()?.id) {
    reviews.value = own.value = chosen.value = null;
    tab.value = can("review") ? "to_do" : "mine";
  }
  whose = me.peek()?.id;
  trouble.value = "";
  readEdits();
}

/** Reads what is chosen; an older answer that comes late is dropped. */
export async function load(): Promise<void> {
  const mine = ++asked;
  const query = `?days=${days.peek()}`;
  try {
    const [all, about] = await Promise.all([
      can("review") ? call<Reviews>("GET", `reviews${query}`) : null,
      call<OwnReviews>("GET", `reviews/mine${query}`),
    ]);
    if (mine !== asked) return;
    reviews.value = all;
    own.value = about;
    failed.value = false;
  } catch (error) {
    explain(error);
    failed.value = mine === asked && own.peek() === null;
  }
}

/** What was found of oneself, once more; where that fails the next time will do. */
export async function loadOwn(): Promise<void> {
  const mine = asked;
  try {
    const about = await call<OwnReviews>("GET", `reviews/mine?days=${days.peek()}`);
    if (mine === asked) own.value = about;
  } catch (error) {
    explain(error);
  }
}

export function show(next: Tab): void {
  tab.value = next;
  chosen.value = null;
  trouble.value = "";
}

export function choose(next: Chosen): void {
  chosen.value = next;
  trouble.value = "";
}

/** To the one after or before the open one; over the end it stays. */
export function move(step: 1 | -1): void {
  const all = listed.peek();
  const at = all.findIndex(({ id }) => id === chosen.peek());
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))];
  if (next) choose(next.id);
}

export async function draw(wish: ReviewWish): Promise<void> {
  await attempt(async () => {
    const { ids } = await call<Drawn>("POST", "reviews", wish);
    await load();
    tell(ids.length ? w("drawn", { n: ids.length }) : w("drawn_none"));
    if (!ids.length) return;
    tab.value = "to_do";
    chosen.value = ids[0]!;
  });
}

/** Stores the open review and goes on to the next one that is to do. */
export async function save(review: Review): Promise<void> {
  const edit = editOf(review);
  if (busy.peek() || !isComplete(edit, review)) return;
  const next = after(review);
  await attempt(async () => {
    const kept = await call<Review>("PUT", `reviews/${review.id}`, edit);
    clearEdit(review.id);
    await load();
    if (chosen.peek() === review.id && tab.peek() === "to_do") chosen.value = next;
    tell(w("saved", { name: review.agent, n: kept.iqs ?? 0 }), () => (review.iqs === null ? unsave(review, edit as ReviewDraft) : restore(review)));
  });
}

/** A scored one is to do again; one that was only drawn leaves the list. */
export async function takeBack(review: Review): Promise<void> {
  const next = after(review);
  await attempt(async () => {
    await call<undefined>("DELETE", `reviews/${review.id}`);
    clearEdit(review.id);
    await load();
    if (chosen.peek() === review.id) chosen.value = tab.peek() === "to_do" ? next : null;
    if (review.iqs === null) tell(w("left_out"));
    else tell(w("taken_back"), () => restore(review));
  });
}

async function unsave(review: Review, edit: ReviewDraft): Promise<void> {
  await call<undefined>("DELETE", `reviews/${review.id}`);
  putEdit(review.id, edit);
  await load();
  tab.value = "to_do";
  chosen.value = review.id;
}

async function restore(review: Review): Promise<void> {
  await call<Review>("PUT", `reviews/${review.id}`, editOf(review));
  await load();
}

function after({ id }: Review): number | null {
  const all = listed.peek();
  const at = all.findIndex((other) => other.id === id);
  return (all[at + 1] ?? all[at - 1])?.id ?? null;
}

async function attempt(deed: () => Promise<void>): Promise<void> {
  if (busy.peek()) return;
  busy.value = true;
  trouble.value = "";
  try {
    await deed();
  } catch (error) {
    const said = explain(error);
    trouble.value = error instanceof ApiError && error.status === 403 ? w("lost_role") : said;
  } finally {
    busy.value = false;
  }
}

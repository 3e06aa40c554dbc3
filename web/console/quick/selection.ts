import { batch, computed, effect, signal, untracked } from "@preact/signals";
import type { Row } from "../../generated/console";
import { can, filter, list, me, openId, view } from "../store";

/** As many as one request may hold. */
export const MOST = 100;

/** What is selected, as it was last on screen; also what has left the list since. */
export const chosen = signal<ReadonlyMap<number, Row>>(new Map());
/** A tap selects instead of opening. */
export const selecting = signal(false);

const shownIds = computed(() => new Set((list.value?.items ?? []).map(({ id }) => id)));
/** Selected but not in the list any more. */
export const hidden = computed(() => [...chosen.value.keys()].filter((id) => !shownIds.value.has(id)).length);
export const isActive = (): boolean => selecting.value || chosen.value.size > 0;

let anchor: number | null = null;

// A row that changes on screen is what its agent sees from then on; what other lists hold nobody sees.
effect(() => {
  const known = new Map((list.value?.items ?? []).map((row) => [row.id, row]));
  const before = untracked(() => chosen.value);
  if (![...before].some(([id, row]) => known.has(id) && known.get(id) !== row)) return;
  chosen.value = new Map([...before].map(([id, row]) => [id, known.get(id) ?? row]));
});

// Another list, another choice; whoever comes next has chosen nothing.
effect(() => {
  void [view.value, filter.value, me.value?.id];
  untracked(clear);
});

/** The row one last came to, by opening it or by moving the focus there. */
let at: number | null = null;
effect(() => {
  at = openId.value ?? at;
});
document.addEventListener("focusin", ({ target }) => {
  const line = target instanceof Element ? target.closest(".rows li")?.querySelector<HTMLElement>('[data-testid="row"]') : null;
  if (line) at = Number(line.dataset["id"]);
});

export const currentRow = (): Row | null => list.peek()?.items.find(({ id }) => id === at) ?? null;

export function toggle(row: Row): void {
  if (!can("work")) return;
  const next = new Map(chosen.peek());
  if (!next.delete(row.id) && next.size < MOST) next.set(row.id, row);
  chosen.value = next;
  anchor = row.id;
}

/** Everything between the row last touched and this one. */
export function extendTo(row: Row): void {
  const items = list.peek()?.items ?? [];
  const from = items.findIndex(({ id }) => id === anchor);
  const to = items.findIndex(({ id }) => id === row.id);
  if (from < 0 || to < 0) return toggle(row);
  add(items.slice(Math.min(from, to), Math.max(from, to) + 1));
}

/** All in the list, as far as one request goes. */
export function chooseShown(): void {
  if (can("work")) add(list.peek()?.items ?? []);
}

export function clear(): void {
  batch(() => {
    if (chosen.peek().size) chosen.value = new Map();
    selecting.value = false;
  });
  anchor = null;
}

function add(rows: readonly Row[]): void {
  const next = new Map(chosen.peek());
  for (const row of rows) if (next.size < MOST || next.has(row.id)) next.set(row.id, row);
  chosen.value = next;
}

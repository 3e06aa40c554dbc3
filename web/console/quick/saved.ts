import { batch, computed, effect, signal, untracked } from "@preact/signals";
import type { FilterDraft, SavedFilter, SavedFilters } from "../../generated/console";
import { ApiError, call, type Filter } from "../api";
import { narrow } from "../filters";
import { explain } from "../problems";
import { openPage } from "../route";
import { can, filter, live, me, NO_FILTER, page, picker, view } from "../store";
import { tell } from "../toasts";
import { shown } from "./mentions";
import { w } from "./words";

/** As many as one agent may keep. */
const MOST = 50;

/** The agent's own in their order, then what others share; null until they are known. */
export const saved = signal<readonly SavedFilter[] | null>(null);

const agent = computed(() => me.value?.id);
effect(() => {
  void agent.value;
  untracked(() => (saved.value = null));
});
// Those that did not come, or changed while one was cut off, are there once the server is back.
effect(() => {
  void live.value;
  if (agent.value !== undefined) void load();
});
// What a lead shares meanwhile is there when one looks again.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && agent.peek() !== undefined) void load();
});

/** The one that the list shows right now, if any. */
export const current = computed(() => (saved.value ?? []).find((one) => one.view === view.value && isShown(one)) ?? null);

export const mayChange = ({ own, shared }: SavedFilter): boolean => own || (shared && can("assign"));

export async function load(): Promise<void> {
  const whose = agent.peek();
  try {
    const { items } = await call<SavedFilters>("GET", "filters");
    if (whose === agent.peek()) saved.value = items;
  } catch (error) {
    explain(error);
  }
}

export function use({ view: name, wanted }: Pick<SavedFilter, "view" | "wanted">): void {
  if (page.peek() !== "desk") openPage("desk");
  batch(() => {
    shown.value = false;
    view.value = name;
    narrow({ ...NO_FILTER, ...wanted });
  });
}

/** Whether somebody of the same name, whatever its case, is among one's own. */
export function isTaken(name: string, but: number): boolean {
  const folded = name.trim().toLowerCase();
  return (saved.peek() ?? []).some((one) => one.own && one.id !== but && one.name.toLowerCase() === folded);
}

/** Keeps what the list is narrowed to now. */
export async function keep(name: string, shared: boolean): Promise<void> {
  const added = await add({ name, view: view.peek(), wanted: filter.peek() as Filter as FilterDraft["wanted"], shared });
  tell(w("kept", { name: added.name }));
}

export async function change(one: SavedFilter, to: Partial<FilterDraft>): Promise<void> {
  const { name, view, wanted, shared } = { ...one, ...to };
  await call<SavedFilter>("PUT", `filters/${one.id}`, { name, view, wanted, shared });
  await load();
}

/** Deletes one; what comes back puts it there again, which only its owner can. */
export async function remove(one: SavedFilter): Promise<(() => Promise<void>) | null> {
  await call("DELETE", `filters/${one.id}`);
  await load();
  const { name, view, wanted, shared, own } = one;
  return own ? async () => void (await add({ name, view, wanted, shared })) : null;
}

/** Why one was not kept: its name or the number of them where the server says so, else what is wrong everywhere. */
export function whyNot(error: unknown): string {
  const said = explain(error);
  if (!(error instanceof ApiError) || error.problem?.code !== "bad_request") return said;
  return w((saved.peek() ?? []).filter(({ own }) => own).length >= MOST ? "too_many" : "refused", { n: MOST });
}

/** One's own, one place on or back. */
export async function move(one: SavedFilter, step: 1 | -1): Promise<void> {
  const ids = (saved.peek() ?? []).filter(({ own }) => own).map(({ id }) => id);
  const at = ids.indexOf(one.id);
  const to = at + step;
  if (at < 0 || to < 0 || to >= ids.length) return;
  ids.splice(to, 0, ...ids.splice(at, 1));
  saved.value = (await call<SavedFilters>("PUT", "filters/order", { ids })).items;
}

export function openArrange(): void {
  void load();
  picker.value = "filters";
}

async function add(draft: FilterDraft): Promise<SavedFilter> {
  const added = await call<SavedFilter>("POST", "filters", draft);
  await load();
  return added;
}

function isShown({ wanted }: SavedFilter): boolean {
  return Object.entries(filter.value).every(([name, value]) => (wanted[name as keyof Filter] ?? "") === value);
}

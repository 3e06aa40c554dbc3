import { effect, signal } from "@preact/signals";
import type { Bulk, Outcomes, Row } from "../../generated/console";
import { call } from "../api";
import { explain } from "../problems";
import { filter, me, openId, picker, view } from "../store";
import { loadThread, refreshSoon } from "../sync";
import { tell } from "../toasts";
import { chosen, selecting } from "./selection";
import { w, type Word } from "./words";

/** How a step went where not all of it did. `trouble`: it did not get to the server at all. */
export interface Result {
  readonly done: number;
  readonly total: number;
  readonly why: readonly string[];
  readonly rows: readonly Row[];
  readonly trouble: string;
}

export const busy = signal(false);
export const result = signal<Result | null>(null);

/** So many of those to be ended have had no answer; null while nobody has to be asked. */
export const asking = signal<number | null>(null);

// Another selection is another question.
effect(() => {
  void chosen.value;
  asking.value = null;
});

// What went wrong in another list is no matter of this one.
effect(() => {
  void [view.value, filter.value, me.value?.id];
  result.value = null;
});

// Whoever lets go of what is left has read why.
effect(() => {
  if (!chosen.value.size && result.peek()?.rows.length) result.value = null;
});

/** One step on everything that is selected; what was refused stays selected. */
export async function take(step: Bulk["step"]): Promise<void> {
  const rows = [...chosen.peek().values()];
  if (!rows.length || busy.peek()) return;
  picker.value = null;
  busy.value = true;
  result.value = asking.value = null;
  const here = place();
  try {
    const { items } = await ask(rows, step);
    if (here()) finish(step, rows, items);
  } catch (error) {
    if (here()) result.value = { done: 0, total: rows.length, why: [], rows: [], trouble: explain(error) };
  } finally {
    busy.value = false;
  }
  after(rows);
}

/** Ends all of them; where customers still wait for an answer, only when it is asked for twice. */
export function resolveAll(): void {
  const unanswered = [...chosen.peek().values()].filter((row) => row.waiting_since && row.status !== "resolved").length;
  if (unanswered && asking.peek() === null) asking.value = unanswered;
  else void take({ do: "resolve" });
}

/** Whether this is still the list, and the agent, that a step was taken on: a late answer is no matter of others. */
function place(): () => boolean {
  const [itsView, itsFilter, whose] = [view.peek(), filter.peek(), me.peek()?.id];
  return () => view.peek() === itsView && filter.peek() === itsFilter && me.peek()?.id === whose;
}

function finish(step: Bulk["step"], rows: readonly Row[], outcomes: Outcomes["items"]): void {
  const refused = new Map(outcomes.filter(({ code }) => code).map(({ id, code }) => [id, code!]));
  const done = rows.filter(({ id }) => !refused.has(id));
  const left = rows.filter(({ id }) => refused.has(id));
  // What was selected while it went on is none of this step's.
  const before = new Set(rows.map(({ id }) => id));
  const since = [...chosen.peek()].filter(([id]) => !before.has(id));
  chosen.value = new Map([...left.map((row) => [row.id, row] as const), ...since]);
  if (!chosen.peek().size) selecting.value = false;
  const undo = step.do === "resolve" || step.do === "snooze" ? () => reopen(done) : null;
  if (done.length && (undo || !left.length)) tell(w("all_done", { n: done.length }), undo);
  if (left.length) result.value = { done: done.length, total: rows.length, why: reasons(refused), rows: left, trouble: "" };
}

/** The way back from a step that would otherwise have to be taken back one by one; false where some stay as they are. */
async function reopen(rows: readonly Row[]): Promise<void | false> {
  const here = place();
  const { items } = await ask(rows, { do: "reopen" });
  after(rows);
  const refused = new Map(items.filter(({ code }) => code).map(({ id, code }) => [id, code!]));
  if (!refused.size) return;
  const left = rows.filter(({ id }) => refused.has(id));
  const done = rows.length - left.length;
  if (here()) result.value = { done, total: rows.length, why: reasons(refused), rows: left, trouble: "" };
  else tell(w("some_done", { n: done, total: rows.length }));
  return false;
}

function ask(rows: readonly Row[], step: Bulk["step"]): Promise<Outcomes> {
  const items = rows.map(({ id, last_seq }) => ({ id, seen_seq: last_seq }));
  return call<Outcomes>("POST", "conversations/bulk", { items, step });
}

function after(rows: readonly Row[]): void {
  refreshSoon();
  const open = openId.peek();
  if (open !== null && rows.some(({ id }) => id === open)) void loadThread(open);
}

const WHY: Readonly<Record<string, Word>> = {
  already_assigned: "why_already_assigned",
  newer_message: "why_newer_message",
  not_yours: "why_not_yours",
  illegal_transition: "why_illegal_transition",
  not_found: "why_not_found",
  unavailable: "why_unavailable",
};

function reasons(refused: ReadonlyMap<number, string>): string[] {
  const counted = new Map<Word, number>();
  for (const code of refused.values()) {
    const word = WHY[code] ?? "why_bad_request";
    counted.set(word, (counted.get(word) ?? 0) + 1);
  }
  return [...counted].map(([word, n]) => w(word, { n }));
}

import type { Review } from "../../../generated/console";
import { can, helpShown, me, page, picker } from "../../store";
import { ANSWERS, change, editOf, hasEdit, SCORED } from "./edits";
import { move, open, save } from "./state";

/** Digits fill in the form from top to bottom, `j` and `k` move; before the desk's own keys, which mean others here. */
export function onKey(event: KeyboardEvent): void {
  if (event.isComposing || page.peek() !== "quality" || picker.peek() || helpShown.peek()) return;
  const review = open.peek();
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && review && isOurs(review)) {
    event.preventDefault();
    return void (review.iqs === null || hasEdit(review) ? save(review) : undefined);
  }
  if (event.key === "Escape" && event.target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    return event.target.blur();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
  } else if (/^[1-5]$/.test(event.key) && review && isOurs(review)) {
    event.preventDefault();
    answer(review, Number(event.key));
  }
}

/** Whether the signed-in lead may fill it in. */
export const isOurs = (review: Review): boolean => can("review") && review.reviewer_id === me.value?.id;

/** The row the focus is in, else the first that is empty; then on to the next row. */
function answer(review: Review, digit: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const inside = rows.findIndex((row) => row.contains(document.activeElement));
  const at = inside >= 0 ? inside : rows.findIndex((row) => !row.querySelector(":checked"));
  const row = rows[at];
  if (!row || !put(review, row.dataset["row"]!, digit)) return;
  focus(rows[at + 1]);
}

function put(review: Review, row: string, digit: number): boolean {
  const scored = SCORED.find((name) => name === row);
  const said = ANSWERS[digit - 1];
  if (scored) change(review, { [scored]: digit });
  else if (said) change(review, { answers: { ...editOf(review).answers, [row.slice("point-".length)]: said } });
  return Boolean(scored ?? said);
}

function focus(row: HTMLElement | undefined): void {
  const next = row?.querySelector<HTMLElement>("input:checked") ?? row?.querySelector<HTMLElement>("input");
  (next ?? document.querySelector<HTMLElement>('[data-testid="review-comment"]'))?.focus();
}

function isWriting(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open], :popover-open")) return true;
  return target instanceof HTMLElement && target.closest('textarea, select, input:not([type="radio"])') !== null;
}

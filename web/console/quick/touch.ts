import type { Row } from "../../generated/console";
import { can, list } from "../store";
import { extendTo, selecting, toggle } from "./selection";

/** How long a finger rests on a row before that selects it, and how far it may wander meanwhile. */
const HOLD_MS = 450;
const STILL_PX = 10;

let hold = 0;
let start: { x: number; y: number } | null = null;
let held = false;

/** A finger that rests on a row selects it; from then on a tap does. */
export function followTouch(): void {
  document.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", moved);
  for (const end of ["pointerup", "pointercancel"] as const) document.addEventListener(end, letGo);
  document.addEventListener("contextmenu", (event) => (start || held) && rowAt(event.target) && event.preventDefault());
  document.addEventListener("click", tapped, true);
}

function down(event: PointerEvent): void {
  held = false;
  const row = event.pointerType === "touch" && can("work") ? rowAt(event.target) : null;
  if (!row) return;
  start = { x: event.clientX, y: event.clientY };
  hold = setTimeout(() => {
    held = true;
    selecting.value = true;
    toggle(row);
  }, HOLD_MS);
}

function moved({ clientX, clientY }: PointerEvent): void {
  if (start && Math.hypot(clientX - start.x, clientY - start.y) > STILL_PX) letGo();
}

function letGo(): void {
  clearTimeout(hold);
  start = null;
}

/** The tap that ends a hold opens nothing. */
function tapped(event: MouseEvent): void {
  const row = selecting.peek() || held ? rowAt(event.target) : null;
  if (!row) return;
  event.preventDefault();
  if (!held) (event.shiftKey ? extendTo : toggle)(row);
  held = false;
}

function rowAt(target: EventTarget | null): Row | null {
  const link = target instanceof Element ? target.closest<HTMLElement>('.rows [data-testid="row"]') : null;
  return list.peek()?.items.find(({ id }) => id === Number(link?.dataset["id"])) ?? null;
}

import { useComputed } from "@preact/signals";
import type { Row } from "../../generated/console";
import { can } from "../store";
import { customerWord } from "../words";
import { chosen, extendTo, isActive, toggle } from "./selection";
import { w } from "./words";

/** A row's box. It shows when the row is pointed at, has the focus, or anything is selected. */
export function Pick({ row }: { row: Row }) {
  const on = useComputed(() => chosen.value.has(row.id)).value;
  const active = useComputed(isActive).value;
  if (!can("work")) return null;
  return (
    <label class={`pick${active ? " active" : ""}${on ? " on" : ""}`}>
      <input
        type="checkbox"
        data-testid="pick"
        aria-label={w("choose", { name: customerWord(row) })}
        checked={on}
        onClick={(event) => {
          if (event.shiftKey) extendTo(row);
          else toggle(row);
          event.currentTarget.checked = chosen.peek().has(row.id);
        }}
      />
    </label>
  );
}

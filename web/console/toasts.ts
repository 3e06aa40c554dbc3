import { type Toast, toast } from "./store";
import { explain } from "./problems";
import { t } from "./words";

/** Long enough to notice, read and press; a mere word of success goes sooner. */
const TO_UNDO_MS = 10_000;
const TO_READ_MS = 4_000;

let end = 0;

export function tell(text: string, undo: Toast["undo"] = null, to: Toast["to"] = null): void {
  toast.value = { text, undo, to };
  releaseToast();
}

export function closeToast(): void {
  clearTimeout(end);
  toast.value = null;
}

/** Takes back what the toast tells of. */
export async function undo(): Promise<void> {
  const shown = toast.peek();
  if (!shown?.undo) return;
  closeToast();
  try {
    if ((await shown.undo()) !== false) tell(t("undone"));
  } catch (error) {
    tell(explain(error));
  }
}

/** While somebody reads or reaches for it, it stays. */
export function holdToast(): void {
  clearTimeout(end);
}

export function releaseToast(): void {
  clearTimeout(end);
  end = setTimeout(closeToast, toast.peek()?.undo ? TO_UNDO_MS : TO_READ_MS);
}

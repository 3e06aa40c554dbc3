import { effect, signal } from "@preact/signals";
import { tellLate } from "./late";
import { picker } from "./store";
import { tell } from "./toasts";
import { t } from "./words";

const AGAIN_MS = 5_000;

/** What the desk can do without at first sight: choices, mentions, steps on many, filters by name. Null until it is here. */
export const quick = signal<typeof import("./quick/parts") | null>(null);
const failed = signal(false);

// Whoever asks for a choice that did not come hears so; it must not come up later over what one types by then.
effect(() => {
  if (!failed.value || !picker.value || picker.value === "palette") return;
  picker.value = null;
  tell(t("unreachable"));
});

export async function loadQuick(failures = 0): Promise<void> {
  if (quick.peek()) return;
  try {
    const parts = await import("./quick/parts");
    failed.value = false;
    if (document.activeElement?.matches("input, textarea") && picker.peek() !== "palette") picker.value = null;
    quick.value = parts;
    tellLate(0);
  } catch {
    failed.value = true;
    tellLate(failures + 1);
    setTimeout(loadQuick, AGAIN_MS, failures + 1);
  }
}

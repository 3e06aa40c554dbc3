import { tell } from "./toasts";
import { t } from "./words";

/** Copies and says so. Over plain http browsers give pages no clipboard: then it says how else. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(t("copied"));
  } catch {
    tell(t("copy_by_hand"));
  }
}

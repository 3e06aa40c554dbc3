import type { Thread } from "../store";
import { insertInto, suggestions } from "../suggestions";
import { t } from "../words";

/** Words that may be the answer, one click or key away while the box is empty. */
export function Suggestions({ thread }: { thread: Thread }) {
  const found = suggestions(thread);
  if (!found.length) return null;
  return (
    <div class="suggestions" role="group" aria-label={t("suggestions")}>
      {found.map(({ id, title, text }, index) => (
        <button
          key={id}
          type="button"
          class="suggestion"
          data-testid="suggestion"
          title={text}
          aria-keyshortcuts={String(index + 1)}
          onClick={() => insertInto(thread, text)}
        >
          <kbd aria-hidden="true">{index + 1}</kbd>
          <span>{title ?? t("draft")}</span>
        </button>
      ))}
    </div>
  );
}

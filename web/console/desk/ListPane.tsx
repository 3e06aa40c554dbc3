import { INBOX } from "../../shared/icons";
import type { View } from "../api";
import { Blank, Failure, Skeleton } from "../parts";
import { counts, list, listFailed, view, VIEWS } from "../store";
import { loadList } from "../sync";
import { t } from "../words";
import { ListRow } from "./ListRow";

export function ListPane() {
  return (
    <section class="list-pane" aria-label={t("list")}>
      <nav class="views" aria-label={t("views")}>
        {VIEWS.map((name) => (
          <ViewTab key={name} name={name} />
        ))}
      </nav>
      <div class="list-body">
        <Rows />
      </div>
    </section>
  );
}

function ViewTab({ name }: { name: View }) {
  const count = name === "resolved" ? 0 : (counts.value?.[name] ?? 0);
  return (
    <button
      type="button"
      class="view"
      data-testid={`view-${name}`}
      aria-current={view.value === name}
      onClick={() => (view.value = name)}
    >
      {t(`view_${name}`)}
      {count > 0 && <span class={name === "queue" ? "count alarm" : "count"}>{count > 99 ? "99+" : count}</span>}
    </button>
  );
}

function Rows() {
  const name = view.value;
  const items = list.value?.items;
  if (!items) {
    if (!listFailed.value) return <Skeleton rows={6} />;
    return <Failure title={t("list_failed")} retry={() => void loadList(name)} />;
  }
  if (!items.length) return <Blank icon={INBOX} title={t(`empty_${name}`)} hint={t(`empty_${name}_hint`)} />;
  return (
    <ul class="rows" data-testid="rows">
      {items.map((row) => (
        <ListRow key={row.id} row={row} />
      ))}
    </ul>
  );
}

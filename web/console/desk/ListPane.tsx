import { useEffect, useRef } from "preact/hooks";
import { FUNNEL, INBOX, SEARCH } from "../../shared/icons";
import type { View } from "../api";
import { narrow, showView, widen } from "../filters";
import { Blank, Button, Failure, Icon, Skeleton } from "../parts";
import { quick } from "../quick";
import { counts, filter, filtersShown, isFiltered, isNarrowed, list, listFailed, view, VIEWS } from "../store";
import { loadList } from "../sync";
import { t } from "../words";
import { Filters } from "./Filters";
import { ListRow } from "./ListRow";

export function ListPane() {
  return (
    <section class="list-pane" aria-label={t("list")}>
      <nav class="views" aria-label={t("views")}>
        {VIEWS.map((name) => (
          <ViewTab key={name} name={name} />
        ))}
      </nav>
      <Search />
      {(filtersShown.value || isFiltered.value) && <Filters />}
      {quick.value && <quick.value.Above />}
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
      aria-current={view.value === name && !filter.value.q}
      onClick={() => showView(name)}
    >
      {t(`view_${name}`)}
      {count > 0 && <span class={name === "queue" ? "count alarm" : "count"}>{count > 99 ? "99+" : count}</span>}
    </button>
  );
}

const PAUSE_MS = 200;
let typed = 0;

function Search() {
  const box = useRef<HTMLInputElement>(null);
  const { q } = filter.value;
  useEffect(() => {
    if (box.current && box.current.value.trim() !== q) box.current.value = q;
  }, [q]);
  const search = (words: string): void => {
    clearTimeout(typed);
    typed = setTimeout(() => narrow({ q: words.trim() }), words ? PAUSE_MS : 0);
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (box.current?.value) search((box.current.value = ""));
    else box.current?.blur();
  };
  return (
    <div class="search-line" role="search">
      <label class="search">
        <Icon path={SEARCH} />
        <input
          ref={box}
          type="search"
          data-testid="search"
          autocomplete="off"
          maxLength={200}
          aria-label={t("search_messages")}
          placeholder={t("search_messages")}
          onInput={(event) => search(event.currentTarget.value)}
          onKeyDown={leave}
        />
      </label>
      <Button
        testId="filters"
        label={t("filters")}
        pressed={filtersShown.value || isFiltered.value}
        onClick={() => (filtersShown.value = !filtersShown.value)}
      >
        <Icon path={FUNNEL} />
      </Button>
      {quick.value && <quick.value.Tools />}
    </div>
  );
}

function Rows() {
  const name = view.value;
  const items = list.value?.items;
  if (!items) {
    if (!listFailed.value) return <Skeleton rows={6} />;
    return <Failure title={t("list_failed")} retry={() => void loadList(name)} />;
  }
  if (!items.length) return <Nothing name={name} />;
  return (
    <ul class="rows" data-testid="rows">
      {items.map((row) => (
        <ListRow key={row.id} row={row} />
      ))}
    </ul>
  );
}

function Nothing({ name }: { name: View }) {
  if (!isNarrowed.value) return <Blank icon={INBOX} title={t(`empty_${name}`)} hint={t(`empty_${name}_hint`)} />;
  const found = filter.value.q ? t("found_nowhere") : t("found_nothing", { view: t(`view_${name}`) });
  return (
    <Blank icon={SEARCH} title={found} hint={t("found_nothing_hint")}>
      <Button testId="widen" class="quiet" onClick={widen}>
        {t("clear_filters")}
      </Button>
    </Blank>
  );
}

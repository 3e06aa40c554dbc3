import { ALERT, GEAR, PLUS, TEAM } from "../../shared/icons";
import type { SavedFilter } from "../../generated/console";
import { Button, Icon } from "../parts";
import { narrow, widen } from "../filters";
import { isFiltered, picker } from "../store";
import { current, openArrange, saved, use } from "./saved";
import { w } from "./words";

/** Filters by name, one press away; nothing where there are none and nothing is narrowed. */
export function SavedLine() {
  const known = saved.value ?? [];
  const fresh = isFiltered.value && saved.value !== null && !current.value;
  if (!known.length && !fresh) return null;
  return (
    <>
      <nav class="saved" aria-label={w("saved")} data-testid="saved-filters">
        <div class="saved-names">
          {known.map((one) => (
            <Chip key={one.id} one={one} />
          ))}
          {fresh && (
            <Button testId="keep-filter" class="chip-button new" onClick={() => (picker.value = "keep_filter")}>
              <Icon path={PLUS} /> {w("keep")}
            </Button>
          )}
        </div>
        {known.length > 0 && (
          <Button testId="arrange-filters" label={w("manage")} onClick={openArrange}>
            <Icon path={GEAR} />
          </Button>
        )}
      </nav>
      {current.value?.gone && <Gone one={current.value} />}
    </>
  );
}

function Chip({ one }: { one: SavedFilter }) {
  const { name, own, by, gone } = one;
  return (
    <button
      type="button"
      class="chip-button"
      data-testid="saved-filter"
      aria-pressed={current.value?.id === one.id}
      title={own ? name : `${name} · ${w("shared_by", { name: by })}`}
      onClick={() => (current.value?.id === one.id ? widen() : use(one))}
    >
      {gone ? <Icon path={ALERT} label={w("gone", { name })} /> : !own && <Icon path={TEAM} label={w("shared_by", { name: by })} />}
      <span dir="auto">{name}</span>
    </button>
  );
}

function Gone({ one: { name } }: { one: SavedFilter }) {
  return (
    <p class="saved-gone" role="status" data-testid="filter-gone">
      <span>{w("gone", { name })}</span>
      <Button testId="without-team" class="link" onClick={() => narrow({ team: "" })}>
        {w("without_team")}
      </Button>
    </p>
  );
}

import { useSignal } from "@preact/signals";
import { BIN, DOWN, FUNNEL, PEN, TEAM, UP } from "../../shared/icons";
import type { SavedFilter } from "../../generated/console";
import { Blank, Button, Icon } from "../parts";
import { closePicker, Sheet } from "../pick/Picker";
import { explain } from "../problems";
import { can } from "../store";
import { tell } from "../toasts";
import { t } from "../words";
import { change, isTaken, mayChange, move, remove, saved, use } from "./saved";
import { w } from "./words";

/** Every saved filter: used, renamed, moved, shared, deleted. */
export function Arrange() {
  const known = saved.value ?? [];
  const own = known.filter((one) => one.own);
  return (
    <Sheet title={w("saved")}>
      <div class="arrange">
        <h2>{w("saved")}</h2>
        {!known.length && <Blank icon={FUNNEL} title={w("filters_none")} hint={w("filters_none_hint")} />}
        <ul>
          {known.map((one) => (
            <Line key={one.id} one={one} first={one.id === own[0]?.id} last={one.id === own.at(-1)?.id} />
          ))}
        </ul>
        <div class="picker-foot">
          <span />
          <Button testId="arrange-done" class="quiet" onClick={closePicker}>
            {t("close")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}

function Line({ one, first, last }: { one: SavedFilter; first: boolean; last: boolean }) {
  const naming = useSignal(false);
  const busy = useSignal(false);
  const act = async (verb: () => Promise<void>): Promise<void> => {
    if (busy.peek()) return;
    busy.value = true;
    try {
      await verb();
    } catch (error) {
      tell(explain(error));
    } finally {
      busy.value = false;
    }
  };
  const take = (): void => {
    closePicker();
    use(one);
  };
  if (naming.value) return <Naming one={one} done={() => (naming.value = false)} />;
  return (
    <li data-testid="arrange-line">
      <button type="button" class="arrange-name" onClick={take}>
        <span dir="auto">{one.name}</span>
        {(one.shared || !one.own) && <small>{one.own ? w("shared") : w("shared_by", { name: one.by })}</small>}
        {one.gone && <small class="alarm">{w("gone", { name: one.name })}</small>}
      </button>
      {one.own && (
        <>
          <Button testId="filter-up" label={w("up")} disabled={first || busy.value} onClick={() => void act(() => move(one, -1))}>
            <Icon path={UP} />
          </Button>
          <Button testId="filter-down" label={w("down")} disabled={last || busy.value} onClick={() => void act(() => move(one, 1))}>
            <Icon path={DOWN} />
          </Button>
        </>
      )}
      {mayChange(one) && (
        <>
          {can("assign") && (
            <Button
              testId="filter-shared"
              label={one.shared ? w("unshare") : w("share")}
              pressed={one.shared}
              onClick={() => void act(() => change(one, { shared: !one.shared }))}
            >
              <Icon path={TEAM} />
            </Button>
          )}
          <Button testId="filter-rename" label={w("rename")} onClick={() => (naming.value = true)}>
            <Icon path={PEN} />
          </Button>
          <Button testId="filter-remove" label={w("remove")} onClick={() => void act(() => remove(one))}>
            <Icon path={BIN} />
          </Button>
        </>
      )}
    </li>
  );
}

function Naming({ one, done }: { one: SavedFilter; done: () => void }) {
  const trouble = useSignal("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name")).trim();
    if (isTaken(name, one.id)) return void (trouble.value = w("taken"));
    try {
      if (name && name !== one.name) await change(one, { name });
      done();
    } catch {
      trouble.value = w("refused");
    }
  };
  return (
    <li>
      <form class="arrange-naming" onSubmit={(event) => void submit(event)}>
        <input
          name="name"
          ref={(box) => box?.focus()}
          defaultValue={one.name}
          aria-label={w("keep_name")}
          required
          maxLength={60}
          dir="auto"
          data-testid="filter-new-name"
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.isComposing) return;
            event.preventDefault();
            event.stopPropagation();
            done();
          }}
        />
        <button class="button primary" type="submit" data-testid="filter-name-save">
          {w("keep_do")}
        </button>
      </form>
      {trouble.value && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
    </li>
  );
}

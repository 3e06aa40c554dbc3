import { type Signal, useSignal } from "@preact/signals";
import { BIN, DOWN, FUNNEL, PEN, TEAM, UP } from "../../shared/icons";
import type { SavedFilter } from "../../generated/console";
import { Blank, Button, Icon } from "../parts";
import { closePicker, Sheet } from "../pick/Picker";
import { explain } from "../problems";
import { can } from "../store";
import { t } from "../words";
import { change, isTaken, mayChange, move, remove, saved, use, whyNot } from "./saved";
import { w } from "./words";

/** What was done last, or what went wrong. Toasts lie under the sheet, where nobody reaches them. */
interface Said {
  readonly text: string;
  readonly undo?: (() => Promise<void>) | null;
}

/** Every saved filter: used, renamed, moved, shared, deleted. */
export function Arrange() {
  const known = saved.value ?? [];
  const own = known.filter((one) => one.own);
  const said = useSignal<Said | null>(null);
  return (
    <Sheet title={w("saved")}>
      <div class="arrange">
        <h2>{w("saved")}</h2>
        {!known.length && <Blank icon={FUNNEL} title={w("filters_none")} hint={w("filters_none_hint")} />}
        <ul>
          {known.map((one) => (
            <Line key={one.id} one={one} first={one.id === own[0]?.id} last={one.id === own.at(-1)?.id} said={said} />
          ))}
        </ul>
        <div class="picker-foot">
          <span class="arrange-said" role="status" data-testid="arrange-said">
            {said.value?.text}{" "}
            {said.value?.undo && (
              <Button testId="arrange-undo" class="link" onClick={() => void undo(said)}>
                {t("undo")}
              </Button>
            )}
          </span>
          <Button testId="arrange-done" class="quiet" onClick={closePicker}>
            {t("close")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}

async function undo(said: Signal<Said | null>): Promise<void> {
  const back = said.peek()?.undo;
  said.value = null;
  try {
    await back?.();
    said.value = { text: t("undone") };
  } catch (error) {
    said.value = { text: explain(error) };
  }
}

function Line({ one, first, last, said }: { one: SavedFilter; first: boolean; last: boolean; said: Signal<Said | null> }) {
  const naming = useSignal(false);
  const busy = useSignal(false);
  const act = async (verb: () => Promise<void>): Promise<void> => {
    if (busy.peek()) return;
    busy.value = true;
    said.value = null;
    try {
      await verb();
    } catch (error) {
      said.value = { text: explain(error) };
    } finally {
      busy.value = false;
    }
  };
  /** What moves in the list loses the focus; whoever moves it twice shall not look for it. */
  const shift = async (step: 1 | -1): Promise<void> => {
    const pressed = document.activeElement;
    await act(() => move(one, step));
    requestAnimationFrame(() => pressed instanceof HTMLElement && pressed.focus());
  };
  const drop = async (): Promise<void> => {
    const back = await remove(one);
    said.value = { text: w("removed", { name: one.name }), undo: back };
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
          <Move up end={first} onClick={() => void shift(-1)} />
          <Move end={last} onClick={() => void shift(1)} />
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
          <Button testId="filter-remove" label={w("remove")} onClick={() => void act(drop)}>
            <Icon path={BIN} />
          </Button>
        </>
      )}
    </li>
  );
}

/** At the end it does nothing, and keeps the focus all the same. */
function Move({ up = false, end, onClick }: { up?: boolean; end: boolean; onClick: () => void }) {
  const label = w(up ? "up" : "down");
  return (
    <button
      type="button"
      class="button plain"
      data-testid={up ? "filter-up" : "filter-down"}
      aria-label={label}
      title={label}
      aria-disabled={end}
      onClick={onClick}
    >
      <Icon path={up ? UP : DOWN} />
    </button>
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
    } catch (error) {
      trouble.value = whyNot(error);
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

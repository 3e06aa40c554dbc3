import type { ComponentChildren } from "preact";
import { CHECK, CLOSE, MOON, PERSON, SWAP, TAG } from "../../shared/icons";
import { Priority } from "../desk/Priority";
import { Button, Icon } from "../parts";
import { addressOf } from "../route";
import { list, picker } from "../store";
import { customerWord, t } from "../words";
import { asking, busy, resolveAll, result, type Result, take } from "./bulk";
import { chooseShown, chosen, clear, hidden, isActive, MOST } from "./selection";
import { names, w } from "./words";

const NAMED = 5;

/** How many are selected, and what can be done with all of them. */
export function Bar() {
  return (
    <>
      {isActive() && <Verbs />}
      <div role="status" class="bulk-told" data-testid="bulk-result">
        {asking.value !== null && <Ask unanswered={asking.value} />}
        {busy.value && <p>{w("working")}</p>}
        {result.value && <Told result={result.value} />}
      </div>
    </>
  );
}

function Verbs() {
  const count = chosen.value.size;
  const idle = !count || busy.value;
  return (
    <div class="bulk" role="group" aria-label={w("select")} data-testid="bulk">
      <div class="bulk-line">
        <b aria-live="polite" data-testid="bulk-count">
          {count ? w("chosen", { n: count }) : w("chosen_none")}
        </b>
        <span class="space" />
        <All />
        <Button testId="bulk-clear" label={w("none")} hint="Esc" onClick={clear}>
          <Icon path={CLOSE} />
        </Button>
      </div>
      {hidden.value > 0 && <p class="quiet">{w("hidden", { n: hidden.value })}</p>}
      <div class="bulk-line">
        <Button testId="bulk-claim" class="quiet verb" disabled={idle} onClick={() => void take({ do: "claim" })}>
          <Icon path={PERSON} /> {t("claim")}
        </Button>
        <Button testId="bulk-resolve" class="quiet verb" disabled={idle} onClick={resolveAll}>
          <Icon path={CHECK} /> {t("resolve")}
        </Button>
        <span class="space" />
        <Choice name="many_snooze" label={t("snooze")} hint="s" disabled={idle}>
          <Icon path={MOON} />
        </Choice>
        <Choice name="many_transfer" label={t("transfer")} hint="t" disabled={idle}>
          <Icon path={SWAP} />
        </Choice>
        <Choice name="many_priority" label={t("change_priority")} hint="p" disabled={idle}>
          <Priority priority="high" />
        </Choice>
        <Choice name="many_tag" label={w("add_tag")} hint="l" disabled={idle}>
          <Icon path={TAG} />
        </Choice>
      </div>
    </div>
  );
}

interface ChoiceProps {
  name: "many_snooze" | "many_transfer" | "many_priority" | "many_tag";
  label: string;
  hint: string;
  disabled: boolean;
  children: ComponentChildren;
}

function Choice({ name, label, hint, disabled, children }: ChoiceProps) {
  const testId = `bulk-${name.slice(5)}`;
  return (
    <Button testId={testId} class="quiet sign" label={label} hint={hint} disabled={disabled} onClick={() => (picker.value = name)}>
      {children}
    </Button>
  );
}

function All() {
  const shown = list.value?.items.length ?? 0;
  if (chosen.value.size >= MOST) return <span class="quiet">{w("most", { n: MOST })}</span>;
  if (!shown || shown === chosen.value.size - hidden.value) return null;
  return (
    <Button testId="bulk-all" class="link" onClick={chooseShown}>
      {shown > MOST ? w("first_hundred", { n: MOST }) : w("all_shown", { n: shown })}
    </Button>
  );
}

/** Whoever was never answered should not read that all is done by mistake. */
function Ask({ unanswered }: { unanswered: number }) {
  return (
    <div class="bulk-why" data-testid="bulk-ask">
      <p>
        <b>{w("unanswered", { n: unanswered })}</b>
      </p>
      <Button testId="bulk-keep" label={t("close")} onClick={() => (asking.value = null)}>
        <Icon path={CLOSE} />
      </Button>
      <Button testId="bulk-sure" class="quiet verb" keys="e" onClick={resolveAll}>
        {w("resolve_still", { n: chosen.value.size })}
      </Button>
    </div>
  );
}

/** What was done, why the rest was not, and which those are. */
function Told({ result: { done, total, why, rows, trouble } }: { result: Result }) {
  return (
    <div class="bulk-why">
      <p>
        <b>{trouble || w("some_done", { n: done, total })}</b>
        {why.length > 0 && w("because", { why: names(why) })}
        {rows.some(({ id }) => chosen.value.has(id)) && w("still_chosen")}
      </p>
      <Button testId="bulk-close" label={t("close")} onClick={() => (result.value = null)}>
        <Icon path={CLOSE} />
      </Button>
      <ul>
        {rows.slice(0, NAMED).map((row) => (
          <li key={row.id} dir="auto">
            <a href={addressOf(row.id)}>{customerWord(row)}</a>
          </li>
        ))}
        {rows.length > NAMED && <li>+{rows.length - NAMED}</li>}
      </ul>
    </div>
  );
}

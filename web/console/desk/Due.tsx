import { useComputed } from "@preact/signals";
import { ALERT, BELL } from "../../shared/icons";
import type { Clock } from "../../generated/console";
import { Icon, Section } from "../parts";
import { clockTime, now, shortMoment, span } from "../time";
import { t } from "../words";

type Clocks = readonly Clock[];
type State = "over" | "near" | "ahead";

/** What people have to do first of all: what is late or near, else what an answer is due for. */
export function Due({ clocks }: { clocks: Clocks }) {
  const clock = useComputed(() => mostUrgent(clocks)).value;
  return clock && <Left key={clock.kind} clock={clock} />;
}

/** Every clock that runs, with the time it was set to. */
export function TimeLimits({ clocks }: { clocks: Clocks }) {
  if (!clocks.length) return null;
  return (
    <Section title={t("clocks")}>
      <ul class="clocks" data-testid="clocks">
        {clocks.map((clock) => (
          <li key={clock.kind}>
            <Left clock={clock} />
            <span class="quiet">
              {moment(clock.due_at)}
              {clock.told_at && ` · ${t("told_later")}`}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function moment(at: string): string {
  const [day, time] = [shortMoment(at), clockTime(at)];
  return day === time ? time : `${day} ${time}`;
}

function Left({ clock }: { clock: Clock }) {
  const words = useComputed(() => {
    const left = Date.parse(clock.due_at) - now.value;
    return t(left < 0 ? "due_over" : "due_in", { what: t(`clock_${clock.kind}`), time: span(Math.abs(left)) });
  }).value;
  const state = useComputed(() => stateOf(clock)).value;
  return (
    <span class={`due ${state}`} data-testid="due" data-kind={clock.kind} data-state={state}>
      <Icon path={state === "over" ? ALERT : BELL} />
      {words}
    </span>
  );
}

function stateOf({ broken, due_at, near_at }: Clock): State {
  if (broken || Date.parse(due_at) < now.value) return "over";
  return Date.parse(near_at) <= now.value ? "near" : "ahead";
}

function mostUrgent(clocks: Clocks): Clock | undefined {
  const first = (state: State): Clock | undefined => clocks.find((clock) => stateOf(clock) === state);
  return first("over") ?? first("near") ?? clocks.find(({ kind }) => kind !== "resolution");
}

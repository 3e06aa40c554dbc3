import { useEffect } from "preact/hooks";
import { CLOSE, PLUS } from "../../../shared/icons";
import { Button, Icon } from "../../parts";
import { teams } from "../../store";
import { zoneChoice, zoneWord } from "../../zones";
import { changeTeam, daysTrouble, pastedDays, pasteDays, switchHours, takeDays, teamEdit } from "./edits";
import "./hours.css";
import {
  DAYS,
  dateName,
  dayName,
  isRight,
  MOST_SPANS,
  oneMore,
  summary,
  times,
  type Weekday,
  withDays,
  type Written,
  wrongWith,
  zones,
} from "./hours";
import { w } from "./texts";

/** When somebody of the team is there: as the shop, or hours of its own. */
export function HoursForm({ id }: { id: number }) {
  const own = teamEdit(id).hours as Written | null | undefined;
  const shop = teams.value?.hours;
  const change = (hours: Written): void => changeTeam(id, { hours });
  if (!shop) return null;
  return (
    <section class="matters hours" data-testid="team-hours">
      <h3>{w("hours")}</h3>
      <label class="switch">
        <span>
          {w("own_hours")}
          <small>{own ? w("own_hours_hint") : w("shop_hours", { hours: summary(shop) || w("never"), zone: zoneWord(shop.zone) })}</small>
        </span>
        <input
          type="checkbox"
          role="switch"
          data-testid="team-own-hours"
          checked={Boolean(own)}
          onChange={({ currentTarget }) => switchHours(id, currentTarget.checked)}
        />
      </label>
      {own && <OwnHours id={id} hours={own} change={change} />}
    </section>
  );
}

type Change = (hours: Written) => void;

function OwnHours({ id, hours, change }: { id: number; hours: Written; change: Change }) {
  const setDay = (day: Weekday, spans: readonly string[]): void => change({ ...hours, week: { ...hours.week, [day]: spans } });
  const copyMonday = (): void => {
    const monday = hours.week["mon"] ?? [];
    change({ ...hours, week: { ...hours.week, ...Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, monday])) } });
  };
  return (
    <>
      <label class="hours-zone">
        {w("zone")}
        <select
          data-testid="hours-zone"
          value={hours.zone}
          onChange={({ currentTarget: { value } }) => change({ ...hours, zone: value })}
        >
          {[...zones(hours.zone)].map(([world, names]) => (
            <optgroup key={world} label={world || "UTC"}>
              {names.map((name) => (
                <option key={name} value={name}>
                  {zoneChoice(name)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <ul class="hours-week">
        {DAYS.map((day, n) => (
          <li key={day}>
            <b>{dayName(n, "long")}</b>
            <Spans
              testId={`hours-${day}`}
              name={dayName(n, "long")}
              spans={hours.week[day] ?? []}
              change={(spans) => setDay(day, spans)}
            />
            {day === "mon" && (
              <Button testId="hours-copy" class="quiet" onClick={copyMonday}>
                {w("copy_monday")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p class="quiet hours-note">{w("midnight")}</p>
      <Exceptions id={id} hours={hours} change={change} />
      {!isRight(hours) && <p class="trouble">{w("hours_wrong")}</p>}
    </>
  );
}

/** A day's spans; without one nobody is there. */
function Spans(props: { testId: string; name: string; spans: readonly string[]; change: (spans: string[]) => void }) {
  const { testId, name, spans, change } = props;
  const wrong = wrongWith(spans);
  const set = (n: number, from: string, until: string): void => change(spans.map((span, at) => (at === n ? `${from}-${until}` : span)));
  return (
    <div class="hours-spans" data-testid={testId} role="group" aria-label={name}>
      {!spans.length && <span class="quiet">{w("closed")}</span>}
      {spans.map((span, n) => {
        const [from, until] = times(span);
        return (
          <span key={n} class="hours-span">
            <input
              type="time"
              aria-label={w("from")}
              aria-invalid={Boolean(wrong)}
              value={from}
              onInput={({ currentTarget: { value } }) => set(n, value, until)}
            />
            –
            <input
              type="time"
              aria-label={w("until")}
              aria-invalid={Boolean(wrong)}
              value={until}
              onInput={({ currentTarget: { value } }) => set(n, from, value)}
            />
            <Button testId="span-remove" class="icon-only" label={w("remove_span")} onClick={() => change(spans.filter((_, at) => at !== n))}>
              <Icon path={CLOSE} />
            </Button>
          </span>
        );
      })}
      {spans.length < MOST_SPANS && (
        <Button testId="span-add" class="quiet" label={w("add_span", { day: name })} onClick={() => change(oneMore(spans))}>
          <Icon path={PLUS} /> {!spans.length && w("open_day")}
        </Button>
      )}
      {wrong && (
        <small class="trouble" role="alert">
          {w(wrong)}
        </small>
      )}
    </div>
  );
}

function Exceptions({ id, hours, change }: { id: number; hours: Written; change: Change }) {
  const { exceptions } = hours;
  const put = (days: Written["exceptions"]): void => change({ ...hours, exceptions: days });
  return (
    <div class="hours-exceptions" data-testid="hours-exceptions">
      <h3>{w("exceptions")}</h3>
      <p class="quiet">{w(exceptions.length ? "exceptions_hint" : "exceptions_none")}</p>
      <ul class="hours-week">
        {exceptions.map(({ day, spans }) => (
          <li key={day} data-testid="exception">
            <b>{dateName(day)}</b>
            <Spans
              testId="exception-spans"
              name={dateName(day)}
              spans={spans}
              change={(changed) => put(withDays(exceptions, [{ day, spans: changed }]))}
            />
            <Button
              testId="exception-remove"
              class="quiet"
              label={w("remove_day", { day: dateName(day) })}
              onClick={() => put(exceptions.filter((other) => other.day !== day))}
            >
              {w("remove")}
            </Button>
          </li>
        ))}
      </ul>
      <AddDays id={id} />
    </div>
  );
}

/** Many at once, as they stand in somebody's list of holidays; or one, typed. */
function AddDays({ id }: { id: number }) {
  const text = pastedDays(id);
  useEffect(() => void (daysTrouble.value = ""), [id]);
  return (
    <div class="hours-add">
      <label>
        {w("add_days")}
        <textarea
          data-testid="hours-dates"
          rows={3}
          placeholder={"2027-02-06 ~ 2027-02-11\n2027-02-05 09:00-13:00"}
          value={text}
          aria-invalid={Boolean(daysTrouble.value)}
          onInput={({ currentTarget: { value } }) => pasteDays(id, value)}
        />
        <small class="quiet">{w("add_days_hint")}</small>
      </label>
      {daysTrouble.value && (
        <p class="trouble" role="alert">
          {daysTrouble.value}
        </p>
      )}
      <Button testId="hours-add-days" disabled={!text.trim()} onClick={() => takeDays(id)}>
        <Icon path={PLUS} /> {w("add_these")}
      </Button>
    </div>
  );
}

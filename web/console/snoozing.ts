import { locale, type TextKey } from "./words";

export interface Preset {
  key: TextKey;
  until: Date;
}

const MORNING = 9;
const LATER_HOURS = 3;
const END_OF_DAY = 18;

/** Times to come back, in this computer's time zone: the agent's. */
export function presets(now: Date): Preset[] {
  const later = laterToday(now);
  const monday = daysToMonday(now);
  return [
    { key: "snooze_hour", until: new Date(now.getTime() + 3_600_000) },
    ...(later ? [{ key: "snooze_today" as const, until: later }] : []),
    { key: "snooze_tomorrow", until: morning(now, 1) },
    ...(monday > 1 ? [{ key: "snooze_monday" as const, until: morning(now, monday) }] : []),
  ];
}

/** The value of a `datetime-local` box. */
export function boxValue(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export function momentWord(date: Date | string): string {
  return new Date(date).toLocaleString(locale.value, {
    month: "short",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** Three hours on, or the end of the working day; none once that is near. */
function laterToday(now: Date): Date | null {
  const later = new Date(now.getTime() + LATER_HOURS * 3_600_000);
  const end = new Date(now);
  end.setHours(END_OF_DAY, 0, 0, 0);
  const chosen = later < end ? later : end;
  return chosen.getTime() - now.getTime() > 75 * 60_000 ? chosen : null;
}

function morning(now: Date, days: number): Date {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(MORNING, 0, 0, 0);
  return date;
}

const daysToMonday = (now: Date): number => (8 - now.getDay()) % 7 || 7;

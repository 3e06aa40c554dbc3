import type { Hours, HoursDraft } from "../../../generated/console";
import { locale } from "../../words";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof DAYS)[number];

/** What is written while one writes: a span may be half there yet. */
export interface Written {
  readonly zone: string;
  readonly week: Readonly<Record<string, readonly string[]>>;
  readonly exceptions: readonly Exception[];
}
export type Exception = { readonly day: string; readonly spans: readonly string[] };

export const MOST_SPANS = 6;
export const MOST_EXCEPTIONS = 150;
export const USUAL = "09:00-18:00";
const SPAN = /^(\d\d:\d\d)-(\d\d:\d\d)$/;

export type Wrong = "span_empty" | "span_backwards" | "spans_overlap";

/** What is wrong with a day's spans, if anything; midnight as an end is the end of the day. */
export function wrongWith(spans: readonly string[]): Wrong | null {
  const read = spans.map(ends).sort();
  if (read.some((span) => !span)) return "span_empty";
  const real = read.map((span) => span!);
  if (real.some(([from, until]) => until <= from)) return "span_backwards";
  return real.some(([from], n) => n > 0 && from < real[n - 1]![1]) ? "spans_overlap" : null;
}

export function isRight({ week, exceptions }: Written): boolean {
  return ![...Object.values(week), ...exceptions.map(({ spans }) => spans)].some(wrongWith);
}

/** A span's two times as they stand in the fields. */
export function times(span: string): [from: string, until: string] {
  const [from = "", until = ""] = span.split("-");
  return [from, until === "24:00" ? "00:00" : until];
}

/** One more span for a day, behind those it has. */
export function oneMore(spans: readonly string[]): string[] {
  const last = spans.at(-1);
  return [...spans, last ? `${times(last)[1]}-` : USUAL];
}

/** As the server takes it: midnight at the end of a day is written 24:00. */
export function sent(written: Written): HoursDraft {
  const exact = (spans: readonly string[]): string[] => spans.map((span) => span.replace(/-00:00$/, "-24:00"));
  const week = Object.fromEntries(Object.entries(written.week).map(([day, spans]) => [day, exact(spans)]));
  const exceptions = written.exceptions.map(({ day, spans }) => ({ day, spans: exact(spans) }));
  return { zone: written.zone, week, exceptions } as HoursDraft;
}

/** Days that were added, the newest word on each; in order. */
export function withDays(known: readonly Exception[], added: readonly Exception[]): Exception[] {
  const byDay = new Map([...known, ...added].map((one) => [one.day, one]));
  return [...byDay.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
}

/**
 * Dates as they are pasted, one a line: `2027-02-06`, `2027/2/6` or `2027年2月6日`, a stretch as `2027-02-06 ~ 2027-02-11`,
 * behind it times for a day with hours of its own. What cannot be read is given back.
 */
export function readDays(text: string): { days: Exception[]; unread: string[] } {
  const days: Exception[] = [];
  const unread: string[] = [];
  for (const line of text.split(/[\n;；]/).map((one) => one.trim()).filter(Boolean)) {
    const found = readLine(line);
    if (found) days.push(...found);
    else unread.push(line);
  }
  return { days, unread };
}

const DATE = String.raw`(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?`;
const LINE = new RegExp(String.raw`^${DATE}(?:\s*(?:~|～|–|—|至|到|to)\s*${DATE})?\s*(.*)$`, "i");
const LONGEST = 31;

function readLine(line: string): Exception[] | null {
  const [, y, m, d, y2, m2, d2, rest = ""] = LINE.exec(line) ?? [];
  const first = dateOf(y, m, d);
  const last = y2 ? dateOf(y2, m2, d2) : first;
  const spans = readSpans(rest);
  if (!first || !last || !spans) return null;
  const days: Exception[] = [];
  for (const day = new Date(first); day <= last; day.setUTCDate(day.getUTCDate() + 1)) {
    days.push({ day: day.toISOString().slice(0, 10), spans });
    if (days.length > LONGEST) return null;
  }
  return days.length ? days : null;
}

/** Times, or none: a word behind a date is the holiday's name. */
function readSpans(text: string): string[] | null {
  const spans = [...text.matchAll(/(\d{1,2}):(\d\d)\s*[-–~～至到]\s*(\d{1,2}):(\d\d)/g)].map(
    ([, h, m, h2, m2]) => `${h!.padStart(2, "0")}:${m}-${h2!.padStart(2, "0")}:${m2}`.replace(/-24:00$/, "-00:00"),
  );
  if (!spans.length) return /\d/.test(text) ? null : [];
  return spans.length <= MOST_SPANS && spans.every(isClockTime) && !wrongWith(spans) ? spans : null;
}

const isClockTime = (span: string): boolean => times(span).every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time));

function dateOf(y = "", m = "", d = ""): Date | null {
  const written = `${y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}`;
  const date = new Date(`${written}T00:00Z`);
  return !Number.isNaN(+date) && date.toISOString().startsWith(written) ? date : null;
}

/** When people are there, in a line: days that are alike stand together. */
export function summary({ week }: Hours | Written): string {
  const parts: string[] = [];
  for (let n = 0; n < DAYS.length; n++) {
    const spans = week[DAYS[n]!] ?? [];
    const first = n;
    while (n + 1 < DAYS.length && String(week[DAYS[n + 1]!] ?? []) === String(spans)) n++;
    const days = first === n ? dayName(first) : `${dayName(first)}–${dayName(n)}`;
    if (spans.length) parts.push(`${days} ${spans.map((span) => span.replace("-", "–")).join(" ")}`);
  }
  return parts.join(locale.value === "en" ? "; " : "；");
}

/** Monday is 0. */
export function dayName(n: number, weekday: "short" | "long" = "short"): string {
  return new Intl.DateTimeFormat(locale.value, { weekday, timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + n));
}

export function dateName(day: string): string {
  const style = { weekday: "short", year: "numeric", month: "short", day: "numeric", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(locale.value, style).format(Date.parse(`${day}T00:00Z`));
}

/** Every zone this browser knows, by the part of the world it lies in. */
export function zones(chosen: string): ReadonlyMap<string, readonly string[]> {
  const known = new Set([chosen, ...Intl.supportedValuesOf("timeZone")]);
  const places = new Map<string, string[]>();
  for (const zone of [...known].sort()) {
    const world = zone.includes("/") ? zone.slice(0, zone.indexOf("/")) : "";
    places.set(world, [...(places.get(world) ?? []), zone]);
  }
  return places;
}

function ends(span: string): [from: string, until: string] | null {
  const [, from, until] = SPAN.exec(span) ?? [];
  return from && until ? [from, until === "00:00" ? "24:00" : until] : null;
}

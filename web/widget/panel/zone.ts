import type { Chat } from "../chat";

/** When people are there, and whose clock that is where the customer's shows another time. */
export function zoned({ conversation: { hours, zone: there }, locale }: Chat): string {
  // By what the clocks show now: one time has many names, as Taiwan's and China's.
  if (!/\d/.test(hours) || named("en", "longOffset", there) === named("en", "longOffset")) return hours;
  return `${hours} · ${named(locale, "longGeneric", there)}`;
}

/** A time zone in words; without one the customer's. */
function named(locale: string, timeZoneName: "longOffset" | "longGeneric", timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts().pop()!.value;
}

import { zoneName } from "../../shared/zones";
import type { Chat } from "../chat";

/** When people are there, and whose clock that is where the customer's shows another time. */
export function zoned({ conversation: { hours, zone: there }, locale }: Chat): string {
  // By what the clocks show now: one time has many names, as Taiwan's and China's.
  if (!/\d/.test(hours) || zoneName("en", "longOffset", there) === zoneName("en", "longOffset")) return hours;
  return `${hours} · ${zoneName(locale, "longGeneric", there)}`;
}

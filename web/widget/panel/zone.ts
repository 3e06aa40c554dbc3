import type { Chat } from "../chat";

/** When people are there, and whose clock that is where it is not the customer's. */
export function zoned({ conversation: { hours }, welcome, locale }: Chat): string {
  const clock = (timeZone?: string): string =>
    new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "longGeneric" }).formatToParts().pop()!.value;
  const there = clock(welcome?.shop.zone);
  return there === clock() || !/\d/.test(hours) ? hours : `${hours} · ${there}`;
}

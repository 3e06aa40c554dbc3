/** A time zone in a language's words or as its distance from UTC, as its clocks are now; without one the reader's own. */
export function zoneName(
  language: string,
  timeZoneName: "shortOffset" | "longOffset" | "longGeneric",
  timeZone?: string,
): string {
  return new Intl.DateTimeFormat(language, { timeZone, timeZoneName }).formatToParts().pop()!.value;
}

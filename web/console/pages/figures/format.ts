import type { Scores, Share, Wait } from "../../../generated/console";
import { locale } from "../../words";

export type Step = "day" | "week" | "month";

/** A wait in the unit people think in: `42 s`, `3.2 min`, `5.1 h`, `2.3 d`. */
export function duration(seconds: number): string {
  if (seconds < 60) return unit(seconds, "second");
  if (seconds < 3600) return unit(seconds / 60, "minute");
  if (seconds < 48 * 3600) return unit(seconds / 3600, "hour");
  return unit(seconds / 86_400, "day");
}

function unit(value: number, name: "second" | "minute" | "hour" | "day"): string {
  const digits = name === "second" || value >= 10 ? 0 : 1;
  return new Intl.NumberFormat(locale.value, {
    style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits,
  }).format(value);
}

export const whole = (value: number): string => new Intl.NumberFormat(locale.value).format(value);
export const decimal = (value: number): string => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1 }).format(value);
export const part = (value: number): string => `${Math.round(value * 100)}%`;

/** Null where there is nothing to divide by: no data is not zero. */
export const shareOf = ({ n, of }: Share): number | null => (of ? n / of : null);
export const goodOf = ({ good, given }: Scores): number | null => (given ? good / given : null);
export const middleOf = (wait: Wait | null): number | null => wait?.p50 ?? null;

export function periodName(first: string, step: Step): string {
  const date = new Date(`${first}T12:00:00`);
  if (step === "month") return date.toLocaleDateString(locale.value, { year: "numeric", month: "short" });
  return date.toLocaleDateString(locale.value, { month: "numeric", day: "numeric" });
}

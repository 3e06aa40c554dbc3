import { signal } from "@preact/signals";
import { serverNow } from "./api";
import { locale, t } from "./words";

/** The server's time, a new value every second while the page is seen. */
export const now = signal(serverNow());

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = serverNow();
  }, 1000);
}

/** How long somebody has waited: `42 s`, `3:12`, `1 h 5 min`. */
export function waited(since: string): string {
  const seconds = Math.max(0, Math.floor((now.value - Date.parse(since)) / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return t("seconds", { n: seconds });
  if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  return t("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

/** A stretch of time in ms, in whole minutes: `4 min`, `1 h 5 min`. */
export function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return t("seconds", { n: Math.floor(ms / 1000) });
  if (minutes < 60) return t("minutes", { n: minutes });
  return t("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

export function minutesSince(since: string): number {
  return (now.value - Date.parse(since)) / 60_000;
}

export function clockTime(at: string): string {
  return new Date(at).toLocaleTimeString(locale.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function dayName(at: string): string {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) return t("today");
  return date.toLocaleDateString(locale.value, { month: "long", day: "numeric", weekday: "short" });
}

export function shortDate(at: string): string {
  return new Date(at).toLocaleDateString(locale.value, { month: "short", day: "numeric" });
}

/** The time today, the date before. */
export function shortMoment(at: string): string {
  return new Date(at).toDateString() === new Date().toDateString() ? clockTime(at) : shortDate(at);
}

export function yearDate(at: string): string {
  return new Date(at).toLocaleDateString(locale.value, { year: "numeric", month: "short", day: "numeric" });
}

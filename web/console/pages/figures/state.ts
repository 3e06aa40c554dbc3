import { signal } from "@preact/signals";
import type { FigureReport } from "../../../generated/console";
import { api, serverNow } from "../../api";
import { explain } from "../../problems";
import { locale } from "../../words";
import type { Step } from "./format";

export const RANGES = ["today", "week", "month", "quarter", "year"] as const;
export const COMPARED = ["", "agent", "team", "channel", "language", "reason", "product"] as const;
export type Range = (typeof RANGES)[number];
export type By = (typeof COMPARED)[number];

/** How many days back the first one lies. Whole weeks and months are shown: the running one is the last of twelve. */
const SPANS: Record<Range, readonly [back: number, step: Step]> = {
  today: [0, "day"],
  week: [6, "day"],
  month: [29, "day"],
  quarter: [77, "week"],
  year: [0, "month"],
};

export const range = signal<Range>("week");
export const by = signal<By>("");
/** The key of the one team that is counted; empty is everybody. */
export const team = signal("");
export const report = signal<FigureReport | null>(null);
export const failed = signal(false);

let asked = 0;

/** Reads what is chosen; an older answer that comes late is dropped. */
export async function load(): Promise<void> {
  const mine = ++asked;
  failed.value = false;
  try {
    const found = await api.figures(query());
    if (mine === asked) report.value = found;
  } catch (error) {
    explain(error);
    failed.value = mine === asked;
  }
}

/** The last day is the server's to know: it counts in the shop's days. */
export function query(): URLSearchParams {
  const [back, step] = SPANS[range.value];
  const chosen = new URLSearchParams({ step });
  if (by.value) chosen.set("by", by.value);
  chosen.set("language", locale.value); // what products are called is the shop's to say
  if (team.value) chosen.set("team", team.value);
  const zone = report.peek()?.zone;
  const first = new Date(serverNow() - back * 86_400_000).toLocaleDateString("sv-SE", zone ? { timeZone: zone } : {});
  chosen.set("from", range.value === "year" ? elevenMonthsBefore(first) : first);
  return chosen;
}

function elevenMonthsBefore(day: string): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 12, 1)).toISOString().slice(0, 10);
}

import { signal } from "@preact/signals";
import type { FigureReport } from "../../../generated/console";
import { api, serverNow } from "../../api";
import { explain } from "../../problems";
import type { Step } from "./format";

export const RANGES = ["today", "week", "month", "quarter", "year"] as const;
export const COMPARED = ["", "agent", "team", "channel", "language", "reason"] as const;
export type Range = (typeof RANGES)[number];
export type By = (typeof COMPARED)[number];

const SPANS: Record<Range, readonly [days: number, step: Step]> = {
  today: [1, "day"],
  week: [7, "day"],
  month: [30, "day"],
  quarter: [84, "week"],
  year: [365, "month"],
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
  const [days, step] = SPANS[range.value];
  const chosen = new URLSearchParams({ step });
  if (by.value) chosen.set("by", by.value);
  if (team.value) chosen.set("team", team.value);
  const zone = report.peek()?.zone;
  const first = new Date(serverNow() - (days - 1) * 86_400_000);
  chosen.set("from", first.toLocaleDateString("sv-SE", zone ? { timeZone: zone } : {}));
  return chosen;
}

import { zoneName } from "../shared/zones";
import { locale } from "./words";

/** A time zone as people know it, and how far its clocks are from UTC now: `Taipei (UTC+8)`, `台北時間（UTC+8）`. */
export function zoneWord(zone: string): string {
  return locale.value === "en" ? `${city(zone)} (${offset(zone)})` : `${generic(zone)}（${offset(zone)}）`;
}

/** One of many to choose from: many places share a time, so each is told by its place as well. */
export function zoneChoice(zone: string): string {
  return locale.value === "en" ? zoneWord(zone) : `${city(zone)}：${zoneWord(zone)}`;
}

function city(zone: string): string {
  return zone.slice(zone.indexOf("/") + 1).replaceAll("_", " ").replaceAll("/", ", ");
}

const offset = (zone: string): string => zoneName("en", "shortOffset", zone).replace("GMT", "UTC");
const generic = (zone: string): string => zoneName(locale.value, "longGeneric", zone);

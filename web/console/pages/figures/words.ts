import { fill, type Locale } from "../../../shared/locale";
import { locale } from "../../words";
import { en } from "./texts/en";
import { zhCN } from "./texts/zh-CN";
import { type FigureTexts, zhTW } from "./texts/zh-TW";

const CATALOGUE: Record<Locale, FigureTexts> = { "zh-TW": zhTW, "zh-CN": zhCN, en };

export type FigureKey = keyof FigureTexts;

/** The page's own words: they are fetched with it, not with the desk. */
export function w(key: FigureKey, values: Record<string, string | number> = {}): string {
  return fill(CATALOGUE[locale.value][key], values);
}

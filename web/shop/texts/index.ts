import type { Locale } from "../../shared/locale";
import { en } from "./en";
import { zhCN } from "./zh-CN";
import { type Texts, zhTW } from "./zh-TW";

export type { Texts };
export const TEXTS: Record<Locale, Texts> = { "zh-TW": zhTW, "zh-CN": zhCN, en };

import { fill, LOCALES } from "../../shared/locale";
import { locale } from "../words";

/** What the keys of one page do, in the order of `LOCALES`: zh-TW, zh-CN, en. They come with the help. */
const WORDS = {
  review_score: ["品質：替這一項評分", "质检：给这一项评分", "Quality: score this row"],
  review_move: ["品質：下一個、上一個", "质检：下一个、上一个", "Quality: next, previous"],
  review_save: ["品質：儲存，看下一個", "质检：保存，看下一个", "Quality: save and next"],
} as const satisfies Record<string, readonly [string, string, string]>;

export function w(key: keyof typeof WORDS): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, {});
}

import { fill, LOCALES } from "../../shared/locale";
import { locale } from "../words";

/** What keys do that are no commands, in the order of `LOCALES`: zh-TW, zh-CN, en. They come with the help. */
const WORDS = {
  open: ["打開、選擇", "打开、选择", "Open, choose"],
  send: ["送出", "发送", "Send"],
  finish: ["送出並結束對話", "发送并结束对话", "Send and resolve"],
  on_page: ["{page}：{what}", "{page}：{what}", "{page}: {what}"],
  review_score: ["替這一項評分", "给这一项评分", "score this row"],
  review_move: ["下一個、上一個", "下一个、上一个", "next, previous"],
  review_save: ["儲存，看下一個", "保存，看下一个", "save and next"],
} as const satisfies Record<string, readonly [string, string, string]>;

export type Word = keyof typeof WORDS;

export function w(key: Word, values: Record<string, string | number> = {}): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, values);
}

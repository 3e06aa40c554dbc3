import { fill, LOCALES } from "../../shared/locale";
import { locale } from "../words";

/** The words of the tone check in the order of `LOCALES`: zh-TW, zh-CN, en. They come with it. */
const WORDS = {
  label: ["用字建議", "用词建议", "Wording"],
  say: ["「{words}」可以改成「{say}」。", "“{words}”可以改成“{say}”。", "“{words}” could be “{say}”."],
  leave_out: ["「{words}」可以拿掉。", "“{words}”可以去掉。", "“{words}” can go."],
  anew: ["「{words}」可以換個說法。", "“{words}”可以换个说法。", "“{words}” could be put another way."],
  hint: ["例如：{hint}", "例如：{hint}", "For example: “{hint}”"],
  take: ["改用", "采用", "Use it"],
  keep: ["保留原文", "保留原文", "Keep mine"],
  take_key: ["採用用字建議", "采用用词建议", "Take the better wording"],
  keep_key: ["保留自己的用字", "保留自己的用词", "Keep your wording"],
  more: ["還有 {n} 處", "还有 {n} 处", "{n} more"],
} as const satisfies Record<string, readonly [string, string, string]>;

export type Word = keyof typeof WORDS;

export function w(key: Word, values: Record<string, string | number> = {}): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, values);
}

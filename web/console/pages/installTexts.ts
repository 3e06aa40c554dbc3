import { fill, LOCALES } from "../../shared/locale";
import { locale } from "../words";

/** The page's words in the order of `LOCALES`: zh-TW, zh-CN, en. They come with the page. */
const WORDS = {
  install_lead: [
    "在商店的每一頁放上這一行，客人就找得到您。",
    "在店铺的每一页放上这一行，客户就找得到您。",
    "One tag on every page of your shop, and customers can reach you.",
  ],
  install_failed: ["設定沒有載入成功。", "设置没有加载成功。", "The settings didn't load."],
  install_tag: ["程式碼", "代码", "The tag"],
  install_where: [
    "放在每一頁的 </body> 前面就可以了。",
    "放在每个页面的 </body> 前面就可以了。",
    "Put it right before </body> on every page.",
  ],
  install_accent: ["主色", "主色", "Main colour"],
  install_position: ["位置", "位置", "Position"],
  position_end: ["自動（一般在右邊）", "自动（一般在右边）", "Automatic (usually right)"],
  position_right: ["右邊", "右边", "Right"],
  position_left: ["左邊", "左边", "Left"],
  install_locale: ["語言", "语言", "Language"],
  locale_page: ["跟著網頁", "跟随网页", "The page's"],
  accent_wrong: ["顏色請寫成 #0f766e 這樣。", "颜色请写成 #0f766e 这样。", "A colour looks like #0f766e."],
  preview_words: ["我的包裹到哪了？", "我的包裹到哪了？", "Where is my parcel?"],
  contrast_good: ["看得清楚，對比 {n}", "看得清楚，对比度 {n}", "Reads well, contrast {n}"],
  contrast_low: [
    "不容易看清，對比 {n}，至少要 4.5",
    "不容易看清，对比度 {n}，至少要 4.5",
    "Hard to read, contrast {n}; 4.5 or more is needed",
  ],
  install_origins: ["可以使用的網站", "可以使用的网站", "Sites that may show it"],
  install_origins_hint: [
    "只有這些網址的頁面能打開聊天。",
    "只有这些网址的页面能打开聊天。",
    "The chat opens only on pages of these addresses.",
  ],
  origins_none: ["還沒有", "还没有", "None yet"],
  origin_typed: ["您商店的網址", "您店铺的网址", "Your shop's address"],
  origin_allowed: ["{origin} 可以使用。", "{origin} 可以使用。", "{origin} may show the chat."],
  origin_not_allowed: [
    "{origin} 還不能使用。請在 Baton 的主機上這樣設定，再重新啟動：",
    "{origin} 还不能使用。请在 Baton 的主机上这样设置，再重新启动：",
    "{origin} isn't allowed yet. Set this where Baton runs, and start it again:",
  ],
} as const satisfies Record<string, readonly [string, string, string]>;

export type Word = keyof typeof WORDS;

export function w(key: Word, values: Record<string, string | number> = {}): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, values);
}

import { fill, LOCALES } from "../../shared/locale";
import { locale } from "../words";

/** The page's words in the order of `LOCALES`: zh-TW, zh-CN, en. They come with the page. */
const WORDS = {
  canned_add: ["新增", "新建", "Add"],
  canned_search: ["搜尋罐頭回覆", "搜索快捷回复", "Search canned responses"],
  canned_pick: ["選一個來編輯", "选一个来编辑", "Pick one to edit"],
  canned_pick_hint: [
    "回覆時輸入 / 和名稱就能放入。",
    "回复时输入 / 和名称就能放入。",
    "In a reply, type / and its name to insert it.",
  ],
  canned_none_hint: [
    "把常說的話加進來，回覆時打個 / 就有。",
    "把常说的话加进来，回复时打个 / 就有。",
    "Add what you say often; in a reply it's one slash away.",
  ],
  canned_new: ["新的", "新的", "New"],
  canned_title: ["名稱", "名称", "Name"],
  canned_shortcut: ["代碼", "代码", "Shortcut"],
  canned_shortcut_hint: ["小寫英文字母、數字和連字號", "小写英文字母、数字和连字符", "Small letters a–z, digits and hyphens"],
  canned_taken: ["這個代碼已經有人用了。", "这个代码已经有人用了。", "Another one has this shortcut."],
  canned_places: [
    "{name} 會換成客人的名字，{agent} 換成您的名字，{order} 換成訂單編號。",
    "{name} 会换成客户的名字，{agent} 换成您的名字，{order} 换成订单号。",
    "{name} becomes the customer's name, {agent} yours, {order} the order number.",
  ],
  canned_saved: ["已儲存：{name}", "已保存：{name}", "Saved: {name}"],
} as const satisfies Record<string, readonly [string, string, string]>;

export type Word = keyof typeof WORDS;

export function w(key: Word, values: Record<string, string | number> = {}): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, values);
}

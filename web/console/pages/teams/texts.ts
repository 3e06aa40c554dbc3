import { fill, LOCALES } from "../../../shared/locale";
import { locale } from "../../words";

/** The page's words in the order of `LOCALES`: zh-TW, zh-CN, en. They come with the page. */
const WORDS = {
  people: ["客服人員", "客服人员", "People"],
  add: ["新增小組", "新建小组", "Add a team"],
  none: ["還沒有小組", "还没有小组", "No teams yet"],
  none_hint: [
    "沒有小組時，所有對話都由大家一起處理。",
    "没有小组时，所有对话由大家一起处理。",
    "Without teams, everybody shares all conversations.",
  ],
  pick: ["選一個小組或一位客服", "选择一个小组或一位客服", "Pick a team or a person"],
  pick_hint: [
    "小組決定對話給誰；每個人可以設定語言、專長和同時處理的數量。",
    "小组决定对话给谁；每个人可以设置语言、专长和同时处理的数量。",
    "Teams say whose conversation it is; people have languages, skills and a number at once.",
  ],
  new: ["新小組", "新小组", "New team"],
  name: ["名稱", "名称", "Name"],
  members: ["成員", "成员", "Members"],
  members_none: [
    "還沒有成員。有成員上線之前，對話會在待接手等候。",
    "还没有成员。有成员上线之前，对话会在待接手等候。",
    "Nobody yet. Until somebody joins, its conversations wait in the queue.",
  ],
  matters: ["負責哪些對話", "负责哪些对话", "Whose conversations"],
  matters_hint: [
    "符合任一原因或主題，而且是選定的語言。沒選就是不限。",
    "符合任一原因或主题，并且是选定的语言。不选就是不限。",
    "Any of the reasons or topics, in one of the languages. Nothing chosen means any.",
  ],
  matters_none: [
    "什麼都沒選：只有轉交來的對話。",
    "什么都没选：只有转交来的对话。",
    "Nothing chosen: it gets only what is passed to it.",
  ],
  reasons: ["找客服的原因", "找人工的原因", "Why a person was called"],
  topics: ["主題", "主题", "Topics"],
  languages: ["語言", "语言", "Languages"],
  automatic: ["自動指派", "自动分配", "Assign automatically"],
  automatic_hint: [
    "上線且有餘裕的成員會直接收到對話。關閉時由成員自己接手。",
    "在线且有余量的成员会直接收到对话。关闭时由成员自己接手。",
    "Members who are online with room get conversations at once. Off: they claim them.",
  ],
  fallback: ["後備小組", "后备小组", "Fallback team"],
  fallback_hint: [
    "接下沒有小組負責的對話；別組沒有人在線時也來幫忙。",
    "接下没有小组负责的对话；别组没有人在线时也来帮忙。",
    "Has what no other team has, and helps out where nobody of a team is there.",
  ],
  dissolve: ["停用小組", "停用小组", "Deactivate team"],
  dissolved: ["已停用", "已停用", "Deactivated"],
  use_again: ["重新啟用", "重新启用", "Reactivate"],
  dissolved_toast: ["已停用：{name}", "已停用：{name}", "Deactivated: {name}"],
  saved: ["已儲存：{name}", "已保存：{name}", "Saved: {name}"],
  skills: ["專長", "专长", "Skills"],
  skills_hint: [
    "同一主題的對話會優先給有專長的人。",
    "同一主题的对话会优先给有专长的人。",
    "Conversations about these go to them first.",
  ],
  speaks: ["會的語言", "会的语言", "Speaks"],
  speaks_hint: [
    "客人的語言優先。沒選就是都可以。",
    "客户的语言优先。不选就是都可以。",
    "The customer's language comes first. Nothing chosen means any.",
  ],
  capacity: ["同時處理幾個對話", "同时处理几个对话", "Conversations at once"],
  capacity_hint: [
    "空白就是商店的設定：{n}。自己接手的不受限。",
    "留空就是店铺的设置：{n}。自己接手的不受限。",
    "Empty means the shop's {n}. What they claim themselves isn't limited.",
  ],
  at_once: ["同時 {n} 個", "同时 {n} 个", "{n} at once"],
  people_count: ["成員 {n} 人", "成员 {n} 人", "Members: {n}"],
  claimed: ["自己接手", "自己接手", "Claimed"],
  any_language: ["不限語言", "不限语言", "Any language"],
} as const satisfies Record<string, readonly [string, string, string]>;

export type Word = keyof typeof WORDS;

export function w(key: Word, values: Record<string, string | number> = {}): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, values);
}

import { fill, LOCALES } from "../../shared/locale";
import { locale } from "../words";

/** The words of what is in this folder, in the order of `LOCALES`: zh-TW, zh-CN, en. They come with it. */
const WORDS = {
  mentions: ["提到我的備註", "提到我的备注", "Mentions"],
  mentions_new: ["{n} 則未讀", "{n} 条未读", "{n} unread"],
  mentions_none: ["還沒有人提到您", "还没有人提到您", "No mentions yet"],
  mentions_none_hint: [
    "同事在備註裡打 @ 和您的名字，就會出現在這裡。",
    "同事在备注里输入 @ 和您的名字，就会出现在这里。",
    "When a colleague writes @ and your name in a note, it shows up here.",
  ],
  mentions_failed: ["這份清單沒有載入成功。", "这份列表没有加载成功。", "The list couldn't be loaded."],
  mentioned_you: ["{name} 在備註裡提到您", "{name} 在备注里提到了您", "{name} mentioned you"],
  unread: ["未讀", "未读", "Unread"],
  call: ["提到同事", "提到同事", "Mention a colleague"],
  away_one: [
    "{names} 現在不在，回來後會在「提到我的備註」看到。",
    "{names} 现在不在，回来后会在“提到我的备注”里看到。",
    "{names} isn't here right now and will find it under Mentions.",
  ],
  away_many: [
    "{names} 現在不在，回來後會在「提到我的備註」看到。",
    "{names} 现在不在，回来后会在“提到我的备注”里看到。",
    "{names} aren't here right now and will find it under Mentions.",
  ],
  left_one: [
    "備註已存好。{names} 已經不在這裡工作，所以沒有通知到。",
    "备注已保存。{names} 已经不在这里工作，所以没有通知到。",
    "The note is saved. {names} no longer works here and wasn't told.",
  ],
  left_many: [
    "備註已存好。{names} 都已經不在這裡工作，所以沒有通知到。",
    "备注已保存。{names} 都已经不在这里工作，所以没有通知到。",
    "The note is saved. {names} no longer work here and weren't told.",
  ],

  choose: ["選取 {name}", "选择 {name}", "Select {name}"],
  select: ["選取多個對話", "选择多个对话", "Select conversations"],
  chosen: ["已選取 {n} 個", "已选 {n} 个", "{n} selected"],
  chosen_none: ["點選對話", "点按选择对话", "Tap to select"],
  hidden: ["其中 {n} 個不在這個列表", "其中 {n} 个不在此列表", "{n} not in this list"],
  all_shown: ["選取畫面上的 {n} 個", "选择当前显示的 {n} 个", "Select the {n} shown"],
  first_hundred: ["選取前 {n} 個", "选择前 {n} 个", "Select the first {n}"],
  most: ["一次最多 {n} 個", "一次最多 {n} 个", "At most {n} at once"],
  none: ["取消選取", "取消选择", "Clear selection"],
  working: ["處理中…", "处理中…", "Working…"],
  key_choose: ["選取這一個", "选择这一个", "Select this one"],
  key_choose_to: ["選取到這一個為止", "选择到这一个为止", "Select up to this one"],
  key_choose_all: ["選取列表裡全部", "选择列表里全部", "Select all in the list"],
  many: ["{what}（{n} 個）", "{what}（{n} 个）", "{what} ({n})"],
  add_tag: ["加上標籤", "添加标签", "Add a tag"],
  unanswered: ["其中 {n} 位客人還沒得到回覆。", "其中 {n} 位客户还没有得到回复。", "{n} of these customers have had no answer yet."],
  resolve_still: ["仍要結束 {n} 個", "仍要结束 {n} 个", "Resolve all {n} anyway"],
  all_done: ["完成了 {n} 個", "完成了 {n} 个", "{n} done"],
  some_done: ["{total} 個中完成 {n} 個", "{total} 个中完成 {n} 个", "{n} of {total} done"],
  because: ["；{why}。", "；{why}。", "; {why}. "],
  still_chosen: ["沒完成的還選著。", "没完成的仍保持选中。", "What wasn't done is still selected."],
  why_already_assigned: ["{n} 個剛被同事接走", "{n} 个刚被同事接走", "{n} taken meanwhile"],
  why_newer_message: ["{n} 個客人剛又寫了", "{n} 个客人刚又写了", "{n} where the customer has written since"],
  why_not_yours: ["{n} 個不在您手上，請先接手", "{n} 个不在您手上，请先接手", "{n} not yours; claim first"],
  why_illegal_transition: ["{n} 個的狀態已經變了", "{n} 个的状态已经变了", "{n} whose state has changed"],
  why_not_found: ["{n} 個已經不存在", "{n} 个已不存在", "{n} no longer there"],
  why_unavailable: ["{n} 個沒有連上伺服器", "{n} 个没有连上服务器", "{n} the server didn't get to"],
  why_bad_request: ["{n} 個不能這樣改", "{n} 个不能这样改", "{n} that can't be changed like this"],

  saved: ["已儲存的篩選", "已保存的筛选", "Saved filters"],
  keep: ["儲存這個篩選", "保存此筛选", "Save this filter"],
  keep_name: ["名稱", "名称", "Name"],
  keep_share: ["讓所有同事都看得到", "让所有同事都能看到", "Share with everybody"],
  keep_what: ["會記住：{what}", "会记住：{what}", "Remembers: {what}"],
  keep_do: ["儲存", "保存", "Save"],
  kept: ["已儲存「{name}」", "已保存“{name}”", "Saved “{name}”"],
  taken: ["已經有這個名稱了。", "已经有这个名称了。", "There's one with this name already."],
  refused: ["這個沒有存成，請換個名稱再試。", "没有保存成功，请换个名称再试。", "That couldn't be saved. Try another name."],
  too_many: ["最多 {n} 個，請先刪掉不用的。", "最多 {n} 个，请先删掉不用的。", "You have {n} already. Delete one first."],
  filters_none: ["還沒有已儲存的篩選", "还没有已保存的筛选", "No saved filters yet"],
  filters_none_hint: [
    "先篩選或搜尋列表，再按「儲存這個篩選」。",
    "先筛选或搜索列表，再按“保存此筛选”。",
    "Narrow or search the list, then choose “Save this filter”.",
  ],
  shared_by: ["{name} 分享", "{name} 分享", "Shared by {name}"],
  shared: ["所有人都看得到", "所有人都能看到", "Shared with everybody"],
  share: ["分享給所有人", "分享给所有人", "Share with everybody"],
  unshare: ["不再分享", "不再分享", "Stop sharing"],
  rename: ["改名", "重命名", "Rename"],
  up: ["往前移", "前移", "Move up"],
  down: ["往後移", "后移", "Move down"],
  remove: ["刪除", "删除", "Delete"],
  removed: ["已刪除「{name}」", "已删除“{name}”", "Deleted “{name}”"],
  gone: [
    "「{name}」用到的小組已經停用，只會找到小組還留著的對話。",
    "“{name}”用到的小组已停用，只会找到该小组还留着的对话。",
    "The team in “{name}” was deactivated; this only finds what the team still has.",
  ],
  without_team: ["拿掉小組", "去掉小组", "Drop the team"],
  manage: ["整理已儲存的篩選", "整理已保存的筛选", "Arrange saved filters"],
  use: ["篩選：{name}", "筛选：{name}", "Filter: {name}"],
} as const satisfies Record<string, readonly [string, string, string]>;

export type Word = keyof typeof WORDS;

export function w(key: Word, values: Record<string, string | number> = {}): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, values);
}

/** Several names as one reads them: 「Mei、Jun」, “Mei, Jun”. */
export const names = (all: readonly string[]): string => all.join(locale.value === "en" ? ", " : "、");

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
    "Takes what no other team handles, and helps out when nobody on a team is online.",
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
  hours: ["服務時間", "服务时间", "Business hours"],
  own_hours: ["自訂服務時間", "自定义服务时间", "Hours of its own"],
  own_hours_hint: [
    "告訴客人的時間、回覆期限和數據都照這裡計算。",
    "告诉客户的时间、回复期限和数据都按这里计算。",
    "What customers are told, deadlines and figures go by them.",
  ],
  shop_hours: [
    "關閉時照商店的時間：{hours}，{zone}",
    "关闭时按店铺的时间：{hours}，{zone}",
    "Off: the shop's hours. {hours}, {zone}",
  ],
  never: ["沒有服務時間", "没有服务时间", "Nobody is ever there"],
  zone: ["時區", "时区", "Time zone"],
  from: ["開始時間", "开始时间", "From"],
  until: ["結束時間", "结束时间", "Until"],
  closed: ["休息", "休息", "Closed"],
  open_day: ["加上時間", "添加时间", "Add hours"],
  add_span: ["{day}：加一段時間", "{day}：添加一段时间", "{day}: add hours"],
  remove_span: ["移除這段時間", "移除这段时间", "Remove these hours"],
  copy_monday: ["套用到週二至週五", "应用到周二至周五", "Copy to Tue–Fri"],
  midnight: [
    "結束填 00:00 就是到當天午夜。中午休息可以分成兩段。",
    "结束填 00:00 就是到当天午夜。午休可以分成两段。",
    "Until 00:00 means midnight. For a lunch break, use two stretches.",
  ],
  span_empty: ["請填好開始和結束時間", "请填好开始和结束时间", "Fill in both times"],
  span_backwards: [
    "結束要比開始晚。跨午夜請分成兩天。",
    "结束要比开始晚。跨午夜请分成两天。",
    "The end must be later than the start. For a night shift, use two days.",
  ],
  spans_overlap: ["這些時間重疊了", "这些时间重叠了", "These hours overlap"],
  hours_wrong: ["有些時間還要修改，才能儲存。", "有些时间还要修改，才能保存。", "Some of these hours need fixing before you can save."],
  exceptions: ["休假和特別的日子", "假期和特别的日子", "Holidays and other days"],
  exceptions_none: [
    "還沒有。可以把整年的休假一次貼上。",
    "还没有。可以把全年的假期一次粘贴进来。",
    "None yet. A whole year's holidays can be pasted at once.",
  ],
  exceptions_hint: [
    "這些日子以這裡為準，不看星期幾。",
    "这些日子以这里为准，不看星期几。",
    "On these days only these hours count, whatever the weekday.",
  ],
  add_days: ["加入日期", "添加日期", "Add days"],
  add_days_hint: [
    "一行一個日期或一段日期；後面不寫時間就是休息。",
    "一行一个日期或一段日期；后面不写时间就是休息。",
    "A date or a stretch of dates per line. Without times it's closed.",
  ],
  add_these: ["加入", "添加", "Add"],
  unread_days: [
    "留在框裡的看不懂：請寫成 2027-02-06 或 2027-02-06 09:00-13:00。其他的已經加入。",
    "留在框里的看不懂：请写成 2027-02-06 或 2027-02-06 09:00-13:00。其他的已经添加。",
    "These lines couldn't be read; write 2027-02-06 or 2027-02-06 09:00-13:00. The rest was added.",
  ],
  too_many_days: [
    "最多 {n} 天。天數再多，請改每週的時間。",
    "最多 {n} 天。天数再多，请改每周的时间。",
    "At most {n} days. For more, change the week instead.",
  ],
  remove: ["移除", "移除", "Remove"],
  remove_day: ["移除 {day}", "移除 {day}", "Remove {day}"],
} as const satisfies Record<string, readonly [string, string, string]>;

export type Word = keyof typeof WORDS;

export function w(key: Word, values: Record<string, string | number> = {}): string {
  return fill(WORDS[key][LOCALES.indexOf(locale.value)]!, values);
}

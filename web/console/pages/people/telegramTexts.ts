import { fill, type Locale } from "../../../shared/locale";
import { locale } from "../../words";

const zhTW = {
  title: "Telegram",
  lead: "連結後，在客服群組的主題裡寫的內容，就會以您的名字送給客人。",
  link: "連結 Telegram",
  how: "把這一行傳給機器人，私訊或在客服群組裡都可以：",
  until: "{time} 前有效，只能用一次。請不要轉給別人。",
  copy: "複製",
  linked: "已連結（{time}）",
  unlink: "取消連結",
  unlinked: "已取消連結",
  again: "換一個 Telegram 帳號",
  over: "代碼過期了，請再取一個。",
};
type Words = typeof zhTW;

const zhCN: Words = {
  title: "Telegram",
  lead: "绑定后，在客服群组的话题里写的内容，就会以您的名字发给客户。",
  link: "绑定 Telegram",
  how: "把这一行发给机器人，私聊或在客服群组里都可以：",
  until: "{time} 前有效，只能用一次。请不要转发给别人。",
  copy: "复制",
  linked: "已绑定（{time}）",
  unlink: "解除绑定",
  unlinked: "已解除绑定",
  again: "换一个 Telegram 账号",
  over: "代码过期了，请重新获取。",
};

const en: Words = {
  title: "Telegram",
  lead: "Once linked, what you write in a topic of the agents' group goes to the customer under your name.",
  link: "Link Telegram",
  how: "Send this line to the bot, in private or in the agents' group:",
  until: "Works once, until {time}. Please don't pass it on.",
  copy: "Copy",
  linked: "Linked ({time})",
  unlink: "Unlink",
  unlinked: "Unlinked",
  again: "Link another Telegram account",
  over: "This code is too old. Get a new one.",
};

const words: Record<Locale, Words> = { "zh-TW": zhTW, "zh-CN": zhCN, en };

export const say = (key: keyof Words, details: Record<string, string> = {}): string => fill(words[locale.value][key], details);

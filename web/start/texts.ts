import type { Locale } from "../shared/locale";

export interface Words {
  title: string;
  lead: string;
  open: string;
  answer_title: string;
  answer: string;
  answer_link: string;
  embed_title: string;
  embed: string;
  copy: string;
  copied: string;
  embed_link: string;
  languages: string;
}

export const TEXTS: Record<Locale, Words> = {
  "zh-TW": {
    title: "您的客服聊天已經啟動",
    lead: "角落的按鈕就是客人看到的樣子。先當一次客人，問個問題試試。",
    open: "打開聊天",
    answer_title: "回覆客人",
    answer: "客人找真人時，對話會出現在客服工作台。第一次請用 baton agents add 給您的登入連結。",
    answer_link: "前往工作台",
    embed_title: "放到您的網站",
    embed: "把這一行放在商店每一頁的 </body> 前面，並在 BATON_ORIGINS 寫上商店的網址。",
    copy: "複製",
    copied: "已複製",
    embed_link: "調整顏色和位置",
    languages: "語言",
  },
  "zh-CN": {
    title: "您的客服聊天已经启动",
    lead: "角落的按钮就是客户看到的样子。先当一回客户，问个问题试试。",
    open: "打开聊天",
    answer_title: "回复客户",
    answer: "客户找人工时，对话会出现在客服工作台。第一次请用 baton agents add 给您的登录链接。",
    answer_link: "前往工作台",
    embed_title: "放到您的网站",
    embed: "把这一行放在商店每个页面的 </body> 前面，并在 BATON_ORIGINS 里写上商店的网址。",
    copy: "复制",
    copied: "已复制",
    embed_link: "调整颜色和位置",
    languages: "语言",
  },
  en: {
    title: "Your chat is running",
    lead: "The button in the corner is what customers see. Be one for a moment and ask it something.",
    open: "Open the chat",
    answer_title: "Answer customers",
    answer: "Customers who ask for a person show up in the console. The first time, use the sign-in link that baton agents add gave you.",
    answer_link: "Go to the console",
    embed_title: "Put it on your site",
    embed: "Put this line right before </body> on every page of your shop, and the shop's address into BATON_ORIGINS.",
    copy: "Copy",
    copied: "Copied",
    embed_link: "Choose colour and position",
    languages: "Language",
  },
};

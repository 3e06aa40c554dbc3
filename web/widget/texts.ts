import type { WidgetConversation } from "../generated/widget";
import type { Locale } from "../shared/locale";

type Status = WidgetConversation["status"];

/** The widget's words. They come with `welcome`; only those needed before the first one are built in. */
export type TextKey =
  | "title" | "unread" | "close" | "intro"
  | `${Status}_name` | `${Status}_status` | "waiting_position" | "waiting_expected"
  | "connecting" | "away" | "offline" | "offline_outbox"
  | "log" | "you" | "new_message" | "more" | "reading"
  | "typing" | "seen"
  | "placeholder" | "send" | "person" | "person_asked" | "cancel_wait"
  | "sending" | "queued" | "sent" | "retry" | "too_long"
  | "attach" | "camera" | "phone" | "phone_title" | "phone_hint" | "phone_left" | "phone_over" | "phone_again"
  | "remove" | "drop" | "upload_failed" | "file_too_large" | "too_many_files"
  | "form_empty" | "file_broken" | "reload" | "download" | "onward"
  | "rate_agent" | "rate_team" | "rate_bot" | "rate_hint" | "rate_thanks" | "rate_kept";

export const FALLBACK: Record<Locale, Partial<Record<TextKey, string>>> = {
  "zh-TW": {
    title: "線上客服",
    close: "收起對話",
    placeholder: "輸入訊息…",
    send: "送出",
    person: "找真人",
    connecting: "連線中…",
    away: "暫時無法使用",
  },
  "zh-CN": {
    title: "在线客服",
    close: "收起对话",
    placeholder: "输入消息…",
    send: "发送",
    person: "找人工",
    connecting: "连接中…",
    away: "暂时无法使用",
  },
  en: {
    title: "Customer service",
    close: "Close the chat",
    placeholder: "Write a message…",
    send: "Send",
    person: "Talk to a person",
    connecting: "Connecting…",
    away: "Not available right now",
  },
};

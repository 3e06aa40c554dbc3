// Generated from schema/widget.json by `npm run types`. Do not edit.

/**
 * The frame `id` is stored as message `seq`; it may leave the outbox.
 */
export interface Ack {
  id: string;
  seq: number;
  type: "ack";
}
export interface Button {
  label: string;
  token: string;
}
/**
 * First frame of every connection: who is there and what it has seen.
 */
export interface Hello {
  cursor?: number;
  locale?: ("zh-TW" | "zh-CN" | "en") | null;
  token?: string | null;
  type: "hello";
  v: 1;
}
export interface Limits {
  text: number;
}
/**
 * Everything added or changed since the last cursor, in the order of `rev`.
 */
export interface Messages {
  conversation: WidgetConversation;
  cursor: number;
  messages: WidgetMessage[];
  type: "messages";
}
/**
 * Who has the conversation now. `position` is 1 for the next in the queue, only while waiting.
 */
export interface WidgetConversation {
  agent: string | null;
  position: number | null;
  reference: string | null;
  status: "bot" | "waiting" | "person" | "resolved";
}
/**
 * One message as the customer may see it. `rev` grows whenever it changes; `seq` gives the order.
 *
 * An `activity` tells what happened ("Mei is with you now"); it is a quiet line, not a bubble.
 */
export interface WidgetMessage {
  at: string;
  author: "contact" | "bot" | "agent" | "system";
  buttons: Button[];
  client_id: string | null;
  format: "plain" | "markdown";
  kind: "message" | "activity";
  name: string | null;
  rev: number;
  seq: number;
  text: string;
}
/**
 * A button: either one of a message (`token`), or one of the fixed two (`name`).
 */
export interface Press {
  id: string;
  name?: ("person" | "cancel_wait") | null;
  token?: string | null;
  type: "press";
}
/**
 * One bubble. `id` is chosen by the browser and makes sending again harmless.
 */
export interface Send {
  id: string;
  text: string;
  type: "send";
}
export interface Shop {
  accent: string;
  name: string;
}
/**
 * What went wrong, in the customer's language. With `retry` the frame `id` is worth sending again.
 */
export interface Trouble {
  code: "bad_frame" | "too_large" | "too_long" | "too_fast" | "old_button" | "unavailable";
  id: string | null;
  retry: boolean;
  text: string;
  type: "error";
}
/**
 * Answer to `hello`. `token` is to be kept; `texts` are the widget's own words by key.
 */
export interface Welcome {
  conversation: WidgetConversation;
  cursor: number;
  limits: Limits;
  locale: "zh-TW" | "zh-CN" | "en";
  messages: WidgetMessage[];
  shop: Shop;
  texts: {
    [k: string]: string;
  };
  token: string;
  type: "welcome";
  v: 1;
}

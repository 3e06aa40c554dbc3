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
 * The customer wants the whole conversation as a file.
 */
export interface Export {
  type: "export";
}
/**
 * A picture, video, voice message or file. `url` is good for about an hour; sizes in bytes and pixels.
 */
export interface File {
  height: number | null;
  kind: "image" | "video" | "voice" | "file";
  name: string;
  size: number;
  type: string;
  url: string;
  width: number | null;
}
/**
 * Something to fill in instead of writing it. Answered once by `submit`.
 */
export interface Form {
  fields: FormField[];
  submit: string;
  token: string;
}
/**
 * One line of a form. `type` chooses the keyboard of a phone.
 */
export interface FormField {
  hint: string;
  label: string;
  name: string;
  type: "text" | "email" | "tel" | "number";
}
/**
 * First frame of every connection: who is there and what it has seen.
 */
export interface Hello {
  cursor?: number;
  identity?: string | null;
  locale?: ("zh-TW" | "zh-CN" | "en") | null;
  resume?: string | null;
  token?: string | null;
  type: "hello";
  v: 1;
  zone?: string | null;
}
/**
 * `text` in characters, `files` in one message, `file` in bytes each.
 */
export interface Limits {
  file: number;
  files: number;
  text: number;
}
/**
 * Where the conversation goes on; good once and for a short while.
 */
export interface Link {
  type: "link";
  url: string;
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
 * Who has the conversation now.
 *
 * `position` is 1 for the next in the queue, only while waiting in hours; `wait` says how long that may take, in the
 * customer's language, where it can be told. `seen` is the `seq` up to which our side has read.
 * `hours` says when people are there, in the customer's language and by the clocks of `zone`. `rating` is there
 * while one may be given or changed.
 */
export interface WidgetConversation {
  agent: string | null;
  hours: string;
  open: boolean;
  position: number | null;
  rating?: Rating | null;
  reference: string | null;
  seen: number;
  status: "bot" | "waiting" | "person" | "resolved";
  typing: TypingPerson | null;
  wait: string | null;
  zone: string;
}
/**
 * How was it? Asked under the message `seq`, about an agent by `name` or about the assistant.
 *
 * `scores` are the buttons from 1 to 5, `form` takes the words beside them; `score` is the one given so far.
 */
export interface Rating {
  comment: string;
  form: Form;
  name: string | null;
  score: number | null;
  scores: Button[];
  seq: number;
}
/**
 * An agent is writing; without another frame it is over at `until`.
 */
export interface TypingPerson {
  name: string;
  until: string;
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
  files: File[];
  form: Form | null;
  format: "plain" | "markdown";
  kind: "message" | "activity";
  name: string | null;
  rev: number;
  seq: number;
  text: string;
}
/**
 * The customer wants to go on in Telegram; answered with a `link`.
 */
export interface Onward {
  type: "onward";
}
/**
 * Where the phone can send a photo into this conversation, as an address and as a QR code of `size` modules.
 */
export interface PhotoLink {
  qr_path: string;
  qr_size: number;
  seconds: number;
  url: string;
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
 * The customer has had every message up to `seq` before their eyes.
 */
export interface Seen {
  seq: number;
  type: "seen";
}
/**
 * One bubble. `id` is chosen by the browser and makes sending again harmless.
 *
 * `files` are keys of uploads; with at least one the text may be empty.
 */
export interface Send {
  /**
   * @maxItems 5
   */
  files?:
    | []
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string];
  id: string;
  text: string;
  type: "send";
}
/**
 * `zone` is its time zone.
 */
export interface Shop {
  accent: string;
  name: string;
  zone: string;
}
/**
 * A form that was filled in: what was written, by field name.
 */
export interface Submit {
  id: string;
  token: string;
  type: "submit";
  values: {
    [k: string]: string;
  };
}
/**
 * The whole conversation as a plain text, and what to call the file.
 */
export interface Transcript {
  name: string;
  text: string;
  type: "transcript";
}
/**
 * What went wrong, in the customer's language. With `retry` the frame `id` is worth sending again.
 */
export interface Trouble {
  code: "bad_frame" | "too_large" | "too_long" | "too_fast" | "old_button" | "no_file" | "identity" | "unavailable";
  id: string | null;
  retry: boolean;
  text: string;
  type: "error";
}
/**
 * The customer is writing. Sent at most every few seconds while it is so.
 */
export interface Typing {
  type: "typing";
}
/**
 * Why a file was not taken, in the customer's language.
 */
export interface UploadTrouble {
  code: "too_large" | "bad_type" | "bad_picture" | "empty" | "too_fast" | "too_many" | "unauthorized" | "unavailable";
  text: string;
}
/**
 * Answer to an upload: the file, and the key by which a message takes it along.
 */
export interface Uploaded {
  file: File;
  key: string;
}
/**
 * Answer to `hello`. `token` is to be kept; `texts` are the widget's own words by key. `onward`: to Telegram.
 *
 * Without `keep` the token that was sent needs a login: it stays kept for that, and `token` is this page's meanwhile.
 */
export interface Welcome {
  conversation: WidgetConversation;
  cursor: number;
  keep: boolean;
  limits: Limits;
  locale: "zh-TW" | "zh-CN" | "en";
  messages: WidgetMessage[];
  onward?: boolean;
  shop: Shop;
  texts: {
    [k: string]: string;
  };
  token: string;
  type: "welcome";
  v: 1;
}

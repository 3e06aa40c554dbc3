// Generated from schema/console.json by `npm run types`. Do not edit.

export interface ArticleHit {
  id: string;
  score: number;
  title: string;
}
export interface Assignee {
  id: number;
  name: string;
}
/**
 * Words of an agent. `id` is chosen by the browser and makes sending again harmless.
 */
export interface Compose {
  id: string;
  text: string;
}
/**
 * One message of a transcript. An `activity` has no text; the console says it in the agent's language.
 */
export interface ConsoleMessage {
  activity: ("claimed" | "handed_back" | "resolved" | "wait_cancelled") | null;
  at: string;
  author: "contact" | "bot" | "agent" | "system";
  buttons: string[];
  client_id: string | null;
  decision: DecisionView | null;
  episode: number;
  format: "plain" | "markdown";
  id: number;
  kind: "incoming" | "outgoing" | "activity";
  name: string | null;
  private: boolean;
  rev: number;
  seq: number;
  text: string;
}
/**
 * What the bot read in a customer's message and what it decided.
 */
export interface DecisionView {
  article: ArticleHit | null;
  decision: "answer" | "skill" | "ask" | "clarify" | "handoff" | "social" | "decline" | "none";
  intent: IntentScore | null;
  priority: ("urgent" | "high" | "normal" | "low") | null;
  ranking: IntentScore[];
  reason: string | null;
  skill: string | null;
  threshold: number | null;
}
export interface IntentScore {
  confidence: number;
  name: string;
}
/**
 * One conversation. `messages` are those with `rev` above the asked `after`, in the order of `seq`.
 */
export interface Conversation {
  messages: ConsoleMessage[];
  packet: Packet | null;
  rev: number;
  row: Row;
}
/**
 * The whole story an agent starts from: why, what was understood, what was tried, what may help.
 */
export interface Packet {
  asked_at: string;
  draft: string | null;
  earlier_episodes: number;
  entities: {
    [k: string]: string;
  };
  language: ("zh-TW" | "zh-CN" | "en") | null;
  near_misses: NearMiss[];
  orders: Order[];
  priority: "urgent" | "high" | "normal" | "low";
  ranking: IntentScore[];
  reason: string;
  summary: string;
  tried: string[];
}
export interface NearMiss {
  body: string;
  id: string;
  score: number;
  title: string;
}
export interface Order {
  lines: OrderLine[];
  number: string;
  placed_at: string;
  state: string;
  total: string;
}
export interface OrderLine {
  name: string;
  quantity: number;
}
/**
 * One line of the list: what must I do now?
 *
 * `waiting_since` is when the customer began to wait for a person (None while nobody has to act);
 * `preview` is the customer's or the agent's newest words.
 */
export interface Row {
  assignee: Assignee | null;
  channel: "widget" | "telegram";
  contact: string;
  episode: number;
  epoch: number;
  id: number;
  language: ("zh-TW" | "zh-CN" | "en") | null;
  last_at: string;
  last_seq: number;
  preview: string;
  preview_author: ("contact" | "bot" | "agent" | "system") | null;
  priority: "urgent" | "high" | "normal" | "low";
  reason: string | null;
  reference: string;
  status: "pending" | "open" | "snoozed" | "resolved";
  waiting_since: string | null;
}
/**
 * At most 200 rows. `cursor` is where the live feed must continue to miss nothing after this list.
 */
export interface ConversationList {
  counts: Counts;
  cursor: string;
  items: Row[];
}
export interface Counts {
  all: number;
  bot: number;
  mine: number;
  queue: number;
}
/**
 * The code behind `#login=` of a one-time sign-in link.
 */
export interface LinkSignIn {
  code: string;
}
export interface LiveEvent {
  conversation_id: number;
  kind: string;
}
/**
 * One frame of the live feed: ids only. The browser fetches what changed.
 */
export interface LiveFrame {
  cursor: string;
  events: LiveEvent[];
  type: "events";
}
export interface Me {
  email: string;
  id: number;
  name: string;
  role: "agent" | "lead" | "admin" | "maintainer";
}
export interface PasswordSignIn {
  email: string;
  password: string;
}
/**
 * Every error: a code for programs, a sentence for people, and who has it when somebody was quicker.
 */
export interface Problem {
  by?: string | null;
  code:
    | "bad_request"
    | "unauthorized"
    | "forbidden"
    | "not_found"
    | "already_assigned"
    | "newer_message"
    | "illegal_transition"
    | "not_yours"
    | "too_large"
    | "rate_limited"
    | "unavailable";
  message: string;
}
/**
 * The newest message the agent has on screen; refused when the customer has written since.
 */
export interface Seen {
  seen_seq: number;
}

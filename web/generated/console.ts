// Generated from schema/console.json by `npm run types`. Do not edit.

/**
 * The code of an invitation, and the password they chose.
 */
export interface Acceptance {
  code: string;
  password: string;
}
export interface ArticleHit {
  id: string;
  score: number;
  title: string;
}
/**
 * Articles that fit what an agent searched for, best first.
 */
export interface Articles {
  items: NearMiss[];
}
export interface NearMiss {
  body: string;
  id: string;
  score: number;
  title: string;
}
export interface Assignee {
  id: number;
  name: string;
}
/**
 * Who did what to whom. `actor` None is the command line, or for a lock-out somebody unknown.
 */
export interface AuditEntry {
  about: ("agent" | "canned" | "team" | "contact") | null;
  about_id: number | null;
  about_name: string | null;
  actor: string | null;
  actor_id: number | null;
  at: string;
  deed:
    | "signed_in"
    | "signed_out"
    | "locked_out"
    | "lock_lifted"
    | "password_set"
    | "agent_added"
    | "agent_invited"
    | "agent_changed"
    | "agent_deactivated"
    | "agent_reactivated"
    | "link_issued"
    | "sessions_ended"
    | "canned_added"
    | "canned_changed"
    | "canned_removed"
    | "team_added"
    | "team_changed"
    | "seat_changed"
    | "reviews_drawn"
    | "review_saved"
    | "review_changed"
    | "review_taken_back"
    | "trail_exported"
    | "contact_blocked"
    | "contact_unblocked"
    | "telegram_linked"
    | "telegram_unlinked";
  detail: {
    [k: string]: string | number;
  };
  id: number;
}
export interface AvailabilityChange {
  availability: "online" | "away" | "offline";
}
/**
 * Episodes with an answer of the bot; the parts add up to `answered`.
 */
export interface BotFigures {
  answered: number;
  assumed: number;
  confirmed: number;
  person: number;
  reopened: number;
  running: number;
  scores: Scores;
  wrong: number;
}
/**
 * `good` of the `given` scores are 4 or 5; `total` adds all up.
 */
export interface Scores {
  asked: number;
  given: number;
  good: number;
  total: number;
}
/**
 * One step on each of at most 100 conversations.
 */
export interface Bulk {
  /**
   * @minItems 1
   * @maxItems 100
   */
  items: [Chosen, ...Chosen[]];
  step: PlainStep | SnoozeStep | TransferStep | PriorityStep | TagStep;
}
/**
 * A conversation, and the newest message of it the agent had on screen.
 */
export interface Chosen {
  id: number;
  seen_seq: number;
}
export interface PlainStep {
  do: "claim" | "resolve" | "reopen";
}
export interface SnoozeStep {
  do: "snooze";
  until: string;
}
/**
 * As `Transfer`: with neither agent nor team back to the queue.
 */
export interface TransferStep {
  agent_id: number | null;
  do: "transfer";
  note?: string | null;
  team_id: number | null;
}
export interface PriorityStep {
  do: "priority";
  priority: "urgent" | "high" | "normal" | "low";
}
/**
 * One tag more.
 */
export interface TagStep {
  do: "tag";
  tag: string;
}
/**
 * A prepared answer as written or changed; at least one language.
 */
export interface CannedDraft {
  shortcut: string;
  texts: {
    [k: string]: string;
  };
  title: string;
}
/**
 * A prepared answer. `texts` holds one per language; `shortcut` is typed behind a slash.
 */
export interface CannedResponse {
  id: number;
  shortcut: string;
  texts: {
    [k: string]: string;
  };
  title: string;
}
export interface CannedResponses {
  items: CannedResponse[];
}
/**
 * A time by which people have to act: what the customer was promised, or a deadline of the shop's own.
 *
 * `near_at`: from then on it is near. `broken`: its (first) time has passed. `told_at`: the customer was given a later
 * time then.
 */
export interface Clock {
  broken: boolean;
  due_at: string;
  kind: "promise" | "first_response" | "next_response" | "resolution";
  near_at: string;
  told_at: string | null;
}
/**
 * An agent as the others see them; `open` counts the conversations they have. `set_away`: see `Me`.
 */
export interface Colleague {
  availability: "online" | "away" | "offline";
  id: number;
  name: string;
  open: number;
  set_away: boolean;
}
export interface Colleagues {
  items: Colleague[];
}
/**
 * Words of an agent. `id` is chosen by the browser and makes sending again harmless.
 */
export interface Compose {
  /**
   * @maxItems 10
   */
  files?:
    | []
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string];
  id: string;
  text: string;
}
/**
 * One message of a transcript. An `activity` has no text; the console says it in the agent's language.
 *
 * `detail` belongs to the activity: whom it was transferred to, or until when it is snoozed (ISO 8601). `mentions` are
 * those who were rung by a note, under today's names. `quoted`: the first words of what the message answers.
 */
export interface ConsoleMessage {
  activity:
    | (
        | "claimed"
        | "handed_back"
        | "resolved"
        | "wait_cancelled"
        | "reopened"
        | "transferred"
        | "snoozed"
        | "woken"
        | "assigned"
        | "unanswered"
        | "rated"
        | "silent"
        | "continued"
        | "address_left"
        | "left"
        | "gone"
        | "danger"
        | "overdue"
      )
    | null;
  at: string;
  author: "contact" | "bot" | "agent" | "system";
  buttons: string[];
  client_id: string | null;
  decision: DecisionView | null;
  deliveries: DeliveryView[];
  detail: string | null;
  episode: number;
  files: File[];
  format: "plain" | "markdown";
  id: number;
  kind: "incoming" | "outgoing" | "activity";
  mentions?: Mention[];
  name: string | null;
  private: boolean;
  quoted?: string | null;
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
  likelihood: number | null;
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
 * How a message fares on its way to a place outside: an e-mail box, a Telegram chat.
 */
export interface DeliveryView {
  destination: "email" | "telegram";
  maybe_twice: boolean;
  state: "pending" | "sending" | "sent" | "failed" | "cancelled";
  trouble: string | null;
}
/**
 * `url` works for signed-in agents; sizes in bytes and pixels.
 */
export interface File {
  height: number | null;
  key: string;
  kind: "image" | "video" | "voice" | "file";
  name: string;
  size: number;
  type: string;
  url: string;
  width: number | null;
}
/**
 * A colleague who is called in a note: `name` stands behind an @ in its text.
 */
export interface Mention {
  agent_id: number;
  name: string;
}
/**
 * The customer. `named`: `name` is one, else a code of ours. `identified`: the shop vouched for who they are.
 *
 * `telegram`: they read us there. `blocked`: nothing they send there is kept or answered.
 */
export interface Contact {
  blocked: boolean;
  email: string | null;
  first_seen_at: string;
  id: number;
  identified: boolean;
  last_seen_at: string;
  locale: ("zh-TW" | "zh-CN" | "en") | null;
  name: string;
  named: boolean;
  telegram: boolean;
}
/**
 * One conversation. `messages` are those with `rev` above the asked `after`, in the order of `seq`.
 */
export interface Conversation {
  contact: Contact;
  messages: ConsoleMessage[];
  packet: Packet | null;
  rating?: Rating | null;
  rev: number;
  row: Row;
}
/**
 * The whole story an agent starts from: why, what was understood, what was tried, what may help.
 */
export interface Packet {
  asked_at: string;
  draft: string | null;
  entities: {
    [k: string]: string;
  };
  history: Past[];
  language: ("zh-TW" | "zh-CN" | "en") | null;
  near_misses: NearMiss[];
  orders: Order[];
  priority: "urgent" | "high" | "normal" | "low";
  ranking: IntentScore[];
  reason: string;
  summary: string;
  tried: string[];
}
/**
 * An earlier call for a person in this conversation.
 */
export interface Past {
  agent: string | null;
  asked_at: string;
  ended_at: string | null;
  reason: string;
  summary: string;
}
/**
 * `proved` tells whether the customer has shown that it is theirs.
 */
export interface Order {
  carrier: string | null;
  expected_at: string | null;
  lines: OrderLine[];
  number: string;
  placed_at: string;
  proved: boolean;
  state: string;
  total: string;
  tracking_number: string | null;
}
export interface OrderLine {
  name: string;
  quantity: number;
}
/**
 * How the customer found an episode, from 1 to 5; `by` tells whether an agent or the assistant was meant.
 */
export interface Rating {
  agent_name: string | null;
  by: "agent" | "bot";
  comment: string;
  created_at: string;
  score: number;
}
/**
 * One line of the list: what must I do now?
 *
 * `named`: `contact` is what the customer is called, else a code of ours. `waiting_since` is when they began to wait
 * for a person (None while nobody has to act); `preview` is the customer's or the agent's newest words.
 * `delivered_seq` and `seen_seq` are up to where the customer's side has our messages, and has had them before their
 * eyes. `found` is the passage a search hit. `team` is the key of the one whose matter it is. `clocks` are those that
 * run, soonest first.
 */
export interface Row {
  assignee: Assignee | null;
  channel: "widget" | "telegram";
  clocks: Clock[];
  contact: string;
  delivered_seq: number;
  episode: number;
  epoch: number;
  found: string | null;
  id: number;
  language: ("zh-TW" | "zh-CN" | "en") | null;
  last_at: string;
  last_seq: number;
  named: boolean;
  preview: string;
  preview_author: ("contact" | "bot" | "agent" | "system") | null;
  priority: "urgent" | "high" | "normal" | "low";
  reason: string | null;
  reference: string;
  seen_seq: number;
  snoozed_until: string | null;
  status: "pending" | "open" | "snoozed" | "resolved";
  tags: string[];
  team: string | null;
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
  snoozed: number;
}
export interface Day {
  day: string;
  spans: string[];
}
/**
 * A date with spans of its own; with none nobody is there.
 */
export interface DayDraft {
  day: string;
  /**
   * @maxItems 6
   */
  spans:
    | []
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string];
}
/**
 * The reviews that are on the list now; none where nothing is left, or the list is full.
 */
export interface Drawn {
  ids: number[];
}
/**
 * One agent, team (by its key), channel, language, reason or product; `key` is empty for those without one.
 */
export interface FigureGroup {
  figures: Figures;
  key: string;
  name: string;
}
/**
 * `orders` is None where the shop's records do not count any.
 */
export interface Figures {
  bot: BotFigures;
  contacts: number;
  orders?: number | null;
  people: PeopleFigures;
}
/**
 * What people did, by the time of the handoff; `reviews` by when the conversation was resolved.
 *
 * Of one agent only those who review see `reviews`; it is None for the others.
 */
export interface PeopleFigures {
  abandoned: number;
  answered: number;
  asked: Wait | null;
  first: Wait | null;
  handoffs: number;
  in_a_day: Share;
  next: Wait | null;
  promises: Share;
  resolution: Wait | null;
  reviews: Reviewed | null;
  scores: Scores;
  soon: Share;
}
/**
 * Seconds; `n` waits were counted.
 */
export interface Wait {
  n: number;
  p50: number;
  p95: number;
}
/**
 * `n` of `of`.
 */
export interface Share {
  n: number;
  of: number;
}
/**
 * `n` quality reviews; `total` adds up their scores from 0 to 100, None where these are too few to tell.
 */
export interface Reviewed {
  n: number;
  total: number | null;
}
/**
 * Everything on the page. `before` is as long and right in front; `periods` are first days in the shop's zone.
 */
export interface FigureReport {
  before: Figures;
  first: string;
  groups: FigureGroup[];
  last: string;
  periods: string[];
  reasons: ReasonCount[];
  series: Figures[];
  step: "day" | "week" | "month";
  total: Figures;
  zone: string;
}
export interface ReasonCount {
  before: number;
  n: number;
  reason: string;
}
/**
 * A filter as kept or changed. `shared`: everybody has it; a lead's to say.
 */
export interface FilterDraft {
  name: string;
  shared: boolean;
  view: "queue" | "mine" | "all" | "bot" | "snoozed" | "resolved";
  wanted: Wanted;
}
/**
 * What the list is narrowed to, as its address has it; empty narrows nothing.
 */
export interface Wanted {
  channel?: "widget" | "telegram" | "";
  due?: "near" | "";
  language?: ("zh-TW" | "zh-CN" | "en") | "";
  priority?: ("urgent" | "high" | "normal" | "low") | "";
  q?: string;
  reason?: string;
  sort?: "due" | "";
  tag?: string;
  team?: string;
}
/**
 * The caller's own, as they shall stand.
 */
export interface FilterOrder {
  /**
   * @maxItems 100
   */
  ids: number[];
}
/**
 * What the agent is doing in a conversation right now; repeated every few seconds while it is so.
 *
 * `seen_seq` is the newest message before their eyes, which the customer is told.
 */
export interface Here {
  mode: "viewing" | "typing" | "gone";
  seen_seq?: number;
}
export interface Hours {
  exceptions: Day[];
  week: {
    [k: string]: string[];
  };
  zone: string;
}
/**
 * When people are there, by the clocks of `zone`: spans such as "09:00-18:00" by weekday; none is closed.
 */
export interface HoursDraft {
  /**
   * @maxItems 150
   */
  exceptions: DayDraft[];
  week: {
    /**
     * @maxItems 6
     */
    [k: string]:
      | []
      | [string]
      | [string, string]
      | [string, string, string]
      | [string, string, string, string]
      | [string, string, string, string, string]
      | [string, string, string, string, string, string];
  };
  zone: string;
}
/**
 * What the snippet page needs to write the script tag.
 */
export interface Installation {
  accent: string;
  address: string;
  origins: string[];
  shop: {
    [k: string]: string;
  };
}
/**
 * A secret that is shown this once: `#invite=CODE` behind the console's address. `sent`: a letter has it, too.
 */
export interface Invitation {
  code: string;
  expires_at: string;
  member: Member;
  sent: boolean;
}
/**
 * An agent as an admin sees them.
 *
 * `open` and `snoozed` count conversations, `sessions` browsers that are signed in. `invited_until`: a link by which
 * they may choose a password; `locked_until`: they must wait after wrong ones.
 */
export interface Member {
  active: boolean;
  availability: "online" | "away" | "offline";
  email: string;
  has_password: boolean;
  id: number;
  invited_until: string | null;
  locked_until: string | null;
  name: string;
  open: number;
  role: "agent" | "lead" | "admin" | "maintainer";
  seen_at: string | null;
  sessions: number;
  snoozed: number;
}
/**
 * Whom an invitation is for.
 */
export interface Invited {
  email: string;
  name: string;
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
/**
 * Who is signed in, and what their role lets them do. `set_away`: by the desk, since they did not answer.
 */
export interface Me {
  availability: "online" | "away" | "offline";
  email: string;
  has_password: boolean;
  id: number;
  may: ("read" | "work" | "assign" | "canned" | "trail" | "figures" | "knowledge" | "install" | "people" | "review")[];
  name: string;
  role: "agent" | "lead" | "admin" | "maintainer";
  set_away: boolean;
}
export interface MemberChange {
  name: string;
  role: "agent" | "lead" | "admin" | "maintainer";
}
export interface Members {
  items: Member[];
}
/**
 * A note in which the caller was called. `seq` is its place; `named`: `contact` is a name, else a code of ours.
 */
export interface Mentioned {
  at: string;
  by: string;
  contact: string;
  conversation_id: number;
  id: number;
  named: boolean;
  read: boolean;
  seq: number;
  text: string;
}
/**
 * At most 100, unread ones first; `unread` counts all that are.
 */
export interface Mentions {
  items: Mentioned[];
  unread: number;
}
/**
 * Somebody to be invited.
 */
export interface Newcomer {
  email: string;
  name: string;
  role: "agent" | "lead" | "admin" | "maintainer";
}
/**
 * Words for colleagues. `mentions` are those who are called in them; who no longer works here is not.
 */
export interface Note {
  /**
   * @maxItems 10
   */
  files?:
    | []
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string];
  id: string;
  /**
   * @maxItems 20
   */
  mentions?:
    | []
    | [Mention]
    | [Mention, Mention]
    | [Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention]
    | [Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention, Mention]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ]
    | [
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention,
        Mention
      ];
  text: string;
}
/**
 * `code` None: done. Otherwise why not, as in a `Problem`, and `by` who has it.
 */
export interface Outcome {
  by?: string | null;
  code: string | null;
  id: number;
}
/**
 * One for each conversation, in the order in which they were asked for.
 */
export interface Outcomes {
  items: Outcome[];
}
/**
 * What was found of one's own conversations.
 */
export interface OwnReviews {
  average: ReviewAverage;
  items: Review[];
}
/**
 * An agent's `n` reviews; the means are None where these are too few to tell.
 */
export interface ReviewAverage {
  agent: string;
  agent_id: number;
  attitude: number | null;
  iqs: number | null;
  n: number;
  skill: number | null;
  solution: number | null;
}
/**
 * What a lead found of an agent's conversation; only drawn so far where `iqs` (0–100) is None.
 *
 * `went_on`: the agent took the same matter up again since. `contact` is a name, or where not `named` a code of ours.
 */
export interface Review {
  agent: string;
  agent_id: number;
  attitude: number | null;
  changed_at: string | null;
  checklist: ReviewChecklist | null;
  comment: string;
  contact: string;
  conversation_id: number;
  created_at: string | null;
  episode: number;
  id: number;
  intent: string | null;
  iqs: number | null;
  named: boolean;
  reason: string;
  reference: string;
  resolved_at: string;
  reviewer: string;
  reviewer_id: number;
  skill: number | null;
  solution: number | null;
  went_on: boolean;
}
/**
 * In the shop's words of when it was drawn.
 */
export interface ReviewChecklist {
  key: string;
  points: ReviewPoint[];
  title: {
    [k: string]: string;
  };
}
export interface ReviewPoint {
  answer: ("kept" | "missed" | "none") | null;
  key: string;
  text: {
    [k: string]: string;
  };
}
/**
 * `old` is not asked of somebody who has none yet.
 */
export interface PasswordChange {
  new: string;
  old?: string;
}
export interface PasswordSignIn {
  email: string;
  password: string;
}
/**
 * Somebody is in a conversation: an agent, or with `agent_id` None the customer. Over at `until`.
 */
export interface Presence {
  agent_id: number | null;
  conversation_id: number;
  mode: "viewing" | "typing";
  name: string;
  until: string;
}
/**
 * Everybody who is anywhere right now; replaces the frame before.
 */
export interface PresenceFrame {
  colleagues: Colleague[];
  here: Presence[];
  type: "presence";
}
export interface PriorityChange {
  priority: "urgent" | "high" | "normal" | "low";
}
/**
 * Every error: a code for programs, a sentence for people, and who has it when somebody was quicker.
 *
 * `retry_after` seconds where waiting helps.
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
    | "bad_type"
    | "rate_limited"
    | "unavailable"
    | "locked_out"
    | "taken"
    | "wrong_password"
    | "last_admin";
  message: string;
  retry_after?: number | null;
}
/**
 * A review as scored or changed. `answers`: one for each point of its checklist, by the point's key.
 */
export interface ReviewDraft {
  answers: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` "^[a-z0-9_-]{1,40}$".
     */
    [k: string]: "kept" | "missed" | "none";
  };
  attitude: number;
  comment: string;
  skill: number;
  solution: number;
}
/**
 * A kind of case that the shop has a checklist for.
 */
export interface ReviewKind {
  key: string;
  title: {
    [k: string]: string;
  };
}
/**
 * What is to be drawn: `count` at most of the last `days`. No `agent_id` or `kind` (a checklist's key) is any.
 */
export interface ReviewWish {
  agent_id?: number | null;
  count: number;
  days: number;
  kind?: string | null;
}
/**
 * What one has drawn and not scored, what anybody scored, and how everybody does.
 */
export interface Reviews {
  averages: ReviewAverage[];
  done: Review[];
  kinds: ReviewKind[];
  to_do: Review[];
}
/**
 * `own`: the caller's, else `by` shares it. `gone`: the team it names is dissolved.
 */
export interface SavedFilter {
  by: string;
  gone: boolean;
  id: number;
  name: string;
  own: boolean;
  shared: boolean;
  view: "queue" | "mine" | "all" | "bot" | "snoozed" | "resolved";
  wanted: Wanted;
}
/**
 * The caller's own in their order, then what others share.
 */
export interface SavedFilters {
  items: SavedFilter[];
}
export interface Seat {
  agent_id: number;
  capacity: number | null;
  languages: ("zh-TW" | "zh-CN" | "en")[];
  name: string;
  skills: string[];
}
/**
 * What an agent can take on. No languages are any, `skills` are intents, `capacity` None is the shop's.
 */
export interface SeatDraft {
  capacity: number | null;
  /**
   * @maxItems 3
   */
  languages:
    | []
    | ["zh-TW" | "zh-CN" | "en"]
    | ["zh-TW" | "zh-CN" | "en", "zh-TW" | "zh-CN" | "en"]
    | ["zh-TW" | "zh-CN" | "en", "zh-TW" | "zh-CN" | "en", "zh-TW" | "zh-CN" | "en"];
  /**
   * @maxItems 100
   */
  skills: string[];
}
/**
 * The newest message the agent has on screen; refused when the customer has written since.
 */
export interface Seen {
  seen_seq: number;
}
/**
 * Put aside until then, or until the customer writes.
 */
export interface Snooze {
  seen_seq: number;
  until: string;
}
/**
 * All tags of a conversation; what is missing here is taken off.
 */
export interface Tags {
  /**
   * @maxItems 20
   */
  tags:
    | []
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string, string, string]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ];
}
export interface Team {
  active: boolean;
  automatic: boolean;
  fallback: boolean;
  hours: Hours | null;
  id: number;
  intents: string[];
  key: string;
  languages: ("zh-TW" | "zh-CN" | "en")[];
  members: number[];
  names: {
    [k: string]: string;
  };
  reasons: string[];
}
/**
 * A team as written or changed. Its matters: one of `reasons` or `intents`, in one of `languages`; empty is any.
 *
 * `automatic`: its conversations are given out. `fallback`: it has what no other team has, and helps out. `hours` are
 * its own; None is the shop's.
 */
export interface TeamDraft {
  active: boolean;
  automatic: boolean;
  fallback: boolean;
  hours?: HoursDraft | null;
  /**
   * @maxItems 100
   */
  intents: string[];
  key: string;
  /**
   * @maxItems 3
   */
  languages:
    | []
    | ["zh-TW" | "zh-CN" | "en"]
    | ["zh-TW" | "zh-CN" | "en", "zh-TW" | "zh-CN" | "en"]
    | ["zh-TW" | "zh-CN" | "en", "zh-TW" | "zh-CN" | "en", "zh-TW" | "zh-CN" | "en"];
  /**
   * @maxItems 1000
   */
  members: number[];
  names: {
    [k: string]: string;
  };
  /**
   * @maxItems 100
   */
  reasons: string[];
}
/**
 * Every team, what every agent can take on, and how many conversations at once where nothing else is said.
 *
 * `automatic`: conversations of no team are given out as well. `hours` are the shop's.
 */
export interface Teams {
  automatic: boolean;
  capacity: number;
  hours: Hours;
  seats: Seat[];
  teams: Team[];
}
/**
 * `available`: agents of this shop have a group on Telegram. `linked_at`: since when the caller has an account.
 */
export interface TelegramAccount {
  available: boolean;
  linked_at: string | null;
}
/**
 * A secret that is shown this once: sent to the bot as `/link CODE`, the account that sends it is the caller's.
 */
export interface TelegramCode {
  code: string;
  expires_at: string;
}
/**
 * Words that are being written: who will read them in which language, and in which the writer is told why.
 */
export interface ToneCheck {
  reader: "zh-TW" | "zh-CN" | "en";
  text: string;
  writer: "zh-TW" | "zh-CN" | "en";
}
/**
 * `start` and `end` count UTF-16 units, as browsers do. `say` can be put there as it is, `hint` is an example.
 */
export interface ToneFinding {
  end: number;
  hint: string | null;
  kind:
    | "blame"
    | "refusal"
    | "command"
    | "shouting"
    | "filler"
    | "promise"
    | "jargon"
    | "region"
    | "script"
    | "voice"
    | "address"
    | "sign_off";
  say: string | null;
  start: number;
  why: string;
  words: string;
}
export interface ToneFindings {
  items: ToneFinding[];
}
/**
 * The newest first. `before` continues behind the last one; None at the end. `deeds` are those one may read.
 */
export interface Trail {
  before: number | null;
  deeds: (
    | "signed_in"
    | "signed_out"
    | "locked_out"
    | "lock_lifted"
    | "password_set"
    | "agent_added"
    | "agent_invited"
    | "agent_changed"
    | "agent_deactivated"
    | "agent_reactivated"
    | "link_issued"
    | "sessions_ended"
    | "canned_added"
    | "canned_changed"
    | "canned_removed"
    | "team_added"
    | "team_changed"
    | "seat_changed"
    | "reviews_drawn"
    | "review_saved"
    | "review_changed"
    | "review_taken_back"
    | "trail_exported"
    | "contact_blocked"
    | "contact_unblocked"
    | "telegram_linked"
    | "telegram_unlinked"
  )[];
  items: AuditEntry[];
}
/**
 * To another agent, to a team's queue, or with neither back to the queue; `note` is left for them.
 */
export interface Transfer {
  agent_id: number | null;
  note?: string | null;
  team_id?: number | null;
}

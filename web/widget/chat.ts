import type { Messages, Press, Send, Trouble, Welcome, WidgetConversation, WidgetMessage } from "../generated/widget";
import { fill, type Locale } from "../shared/locale";
import { type Connection, connect, type Outgoing } from "./connection";
import { type Entry, Outbox } from "./outbox";
import { read, watch, write } from "./storage";
import { FALLBACK, type TextKey } from "./texts";

const READING = 6000;
const RETRY = 4000;
const RETRIES = 3;
const PENDING = 8000;
const LATE = 1500;

/** Everything the widget knows. Views read it and are called after every change. */
export class Chat {
  readonly messages = new Map<number, WidgetMessage>();
  readonly outbox = new Outbox();
  conversation: WidgetConversation = { reference: null, status: "bot", agent: null, position: null };
  welcome: Welcome | null = null;
  up = false;
  /** The line has been down long enough to say so: most breaks are shorter. */
  late = false;
  /** A sentence for the customer that belongs to no bubble. */
  notice = "";
  /** Words given back to the composer. */
  returned = "";
  /** The customer wrote a moment ago and the assistant has not answered yet. */
  reading = false;
  personAsked = false;
  changed: () => void = () => {};

  #connection: Connection | undefined;
  #token = read("token");
  #cursor = 0;
  #seen = Number(read("seen")) || null;
  #lateTimer = 0;
  #readingTimer = 0;
  #personTimer = 0;

  constructor(
    private readonly server: URL,
    private readonly wanted: Locale | null,
  ) {
    watch("token", () => this.#tokenFromOtherTab());
  }

  /** Was here before: worth a connection although the panel is closed. */
  get known(): boolean {
    return this.#token !== null || this.outbox.entries.length > 0;
  }

  get locale(): Locale {
    return this.welcome?.locale ?? this.wanted ?? "en";
  }

  get unread(): number {
    const seen = this.#seen ?? 0;
    return [...this.messages.values()].filter((message) => message.seq > seen && message.author !== "contact").length;
  }

  /** One line on where the conversation stands. */
  get standing(): string {
    const { status, position } = this.conversation;
    return status === "waiting" && position ? this.text("waiting_position", { n: position }) : this.text(`${status}_status`);
  }

  text(key: TextKey, values: Record<string, string | number> = {}): string {
    const own = this.welcome?.texts[key] ?? FALLBACK[this.locale][key] ?? "";
    return fill(own, { shop: this.welcome?.shop.name ?? "", ...values });
  }

  start(): void {
    this.#connection ??= connect(this.server, {
      hello: () => ({ type: "hello", v: 1, token: this.#token, cursor: this.#cursor, locale: this.wanted }),
      received: (frame) => this.#received(frame),
      connected: (up) => this.#connected(up),
    });
    this.#connected(this.up);
  }

  send(text: string): void {
    const limit = this.welcome?.limits.text;
    this.notice = "";
    if (limit && [...text].length > limit) {
      this.returned = text;
      this.notice = this.text("too_long", { n: limit });
    } else {
      this.#post({ type: "send", id: newId(), text }, text);
    }
    this.changed();
  }

  press(token: string, label: string): void {
    this.notice = "";
    this.#post({ type: "press", id: newId(), token }, label);
    this.changed();
  }

  pressFixed(name: "person" | "cancel_wait"): void {
    if (name === "person" && this.personAsked) return;
    this.notice = "";
    this.personAsked = name === "person";
    clearTimeout(this.#personTimer);
    this.#post({ type: "press", id: newId(), name }, "");
    this.changed();
  }

  retry(entry: Entry): void {
    entry.state = "waiting";
    entry.trouble = "";
    this.#connection?.send(entry.frame);
    this.changed();
  }

  /** The customer has the newest message before their eyes. */
  see(): void {
    const newest = this.#newest;
    if (newest <= (this.#seen ?? 0)) return;
    this.#seen = newest;
    write("seen", String(newest));
  }

  get #newest(): number {
    return Math.max(0, ...this.messages.keys());
  }

  #post(frame: Send | Press, label: string): void {
    this.outbox.add(frame, label, Date.now());
    this.#connection?.send(frame);
    this.start();
    if (label && this.conversation.status === "bot") this.#startReading();
  }

  #connected(up: boolean): void {
    this.up = up;
    if (up) clearTimeout(this.#lateTimer);
    if (up) this.#lateTimer = 0;
    else this.#lateTimer ||= setTimeout(() => this.#nowLate(), LATE);
    this.late &&= !up;
    this.changed();
  }

  #received(frame: Outgoing): void {
    switch (frame.type) {
      case "welcome":
        this.#welcomed(frame);
        break;
      case "messages":
        this.#merge(frame);
        break;
      case "ack":
        this.outbox.stored(frame.id, frame.seq);
        this.outbox.settle(this.#newest);
        this.#personTimer = setTimeout(() => this.#personSettled(), PENDING);
        break;
      case "error":
        this.#trouble(frame);
    }
    this.changed();
  }

  #welcomed(frame: Welcome): void {
    const stranger = this.#token !== frame.token;
    const missed = stranger && this.#cursor > 0;
    if (stranger) this.#forget();
    this.#token = frame.token;
    write("token", frame.token);
    this.welcome = frame;
    if (missed) return this.#connection?.restart();
    this.#merge(frame);
    if (this.#seen === null) this.see();
    this.outbox.reload();
    for (const entry of this.outbox.unsent) this.retry(entry);
  }

  #merge(frame: Welcome | Messages): void {
    for (const message of frame.messages) {
      this.messages.set(message.seq, message);
      if (message.client_id) this.outbox.remove(message.client_id);
      if (message.author !== "contact") this.reading = false;
    }
    this.outbox.settle(this.#newest);
    this.#cursor = frame.cursor;
    if (frame.conversation.status !== this.conversation.status) this.personAsked = false;
    if (frame.conversation.status !== "bot") this.reading = false;
    this.conversation = frame.conversation;
  }

  #trouble(frame: Trouble): void {
    const entry = this.outbox.find(frame.id);
    this.reading = false;
    if (entry?.label && frame.retry) entry.trouble = frame.text;
    else this.notice = frame.text;
    if (!entry?.label) this.personAsked = false;
    if (!entry) return;
    if (frame.retry) return this.#retryLater(entry);
    this.outbox.remove(entry.frame.id);
    if (entry.frame.type === "send") this.returned = entry.label;
  }

  #retryLater(entry: Entry): void {
    entry.state = "failed";
    if (++entry.tries > RETRIES) return;
    setTimeout(() => {
      if (entry.state === "failed") this.retry(entry);
    }, RETRY * entry.tries);
  }

  #startReading(): void {
    this.reading = true;
    clearTimeout(this.#readingTimer);
    this.#readingTimer = setTimeout(() => {
      this.reading = false;
      this.changed();
    }, READING);
  }

  #nowLate(): void {
    this.late = true;
    this.changed();
  }

  #personSettled(): void {
    this.personAsked = false;
    this.changed();
  }

  #tokenFromOtherTab(): void {
    const token = read("token");
    if (!token || token === this.#token) return;
    this.#token = token;
    this.#forget();
    if (this.#connection) this.#connection.restart();
    else this.start();
  }

  #forget(): void {
    this.messages.clear();
    this.#cursor = 0;
  }
}

/** Random enough to be unique; unlike `crypto.randomUUID` it works on plain http too. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36).padStart(7, "0")).join("");
}

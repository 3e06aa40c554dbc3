import type {
  Messages, Send, Transcript, Trouble, Uploaded, Welcome, WidgetConversation, WidgetMessage,
} from "../generated/widget";
import { fill, type Locale } from "../shared/locale";
import { type Asking, type Connection, connect, type Outgoing, type Telling } from "./connection";
import { type Entry, isBubble, Outbox } from "./outbox";
import { read, watch, write } from "./storage";
import { FALLBACK, type TextKey } from "./texts";

const RETRY = 4000;
const RETRIES = 3;
const PENDING = 8000;
const LATE = 1500;
const TELL_SEEN = 1000;
const TRIES = 3;

/** Everything the widget knows. Views read it and are called after every change. */
export class Chat {
  readonly messages = new Map<number, WidgetMessage>();
  readonly outbox = new Outbox();
  conversation: WidgetConversation = {
    reference: null, status: "bot", agent: null, position: null, wait: null, seen: 0, typing: null, open: true, hours: "",
    zone: "", rating: null,
  };
  welcome: Welcome | null = null;
  up = false;
  /** The line has been down long enough to say so: most breaks are shorter. */
  late = false;
  /** A sentence for the customer that belongs to no bubble. */
  notice = "";
  /** A form that was given back, and what is wrong with it. */
  refusedForm = { token: "", text: "" };
  /** Words given back to the composer. */
  returned = "";
  personAsked = false;
  changed: () => void = () => {};
  /** The shop's word on who is logged in is too old, or was never right. */
  refused: () => void = () => {};

  #connection: Connection | undefined;
  /** Where the token is kept: that of a login apart from a stranger's, so that no tab takes it from another. */
  #slot: "token" | "customer" = "token";
  #token = read("token");
  #identity = "";
  #resume = "";
  #cursor = 0;
  /** Tries in a row that came to nothing. */
  #misses = 0;
  #seen = Number(read("token.seen")) || null;
  #told = 0;
  #lateTimer = 0;
  #personTimer = 0;
  #seenTimer = 0;

  constructor(
    readonly server: URL,
    private readonly wanted: Locale | null,
  ) {
    watch("token", () => this.#tokenFromOtherTab());
    for (const slot of ["token", "customer"]) watch(`${slot}.seen`, () => this.#seenInOtherTab(slot));
  }

  /** Was here before: worth a connection although the panel is closed. */
  get known(): boolean {
    return this.#token !== null || this.outbox.entries.length > 0;
  }

  get token(): string | null {
    return this.#token;
  }

  get locale(): Locale {
    return this.welcome?.locale ?? this.wanted ?? "en";
  }

  get unread(): number {
    const seen = this.#seen ?? 0;
    return [...this.messages.values()].filter((message) => message.seq > seen && message.author !== "contact").length;
  }

  /** There never was a line, and there seems to be none. */
  get away(): boolean {
    return !this.welcome && this.#misses > TRIES;
  }

  /** One line on where the conversation stands. */
  get standing(): string {
    const { status, position: n, wait } = this.conversation;
    if (status !== "waiting" || !n) return this.text(`${status}_status`);
    return wait ? this.text("waiting_expected", { n, wait }) : this.text("waiting_position", { n });
  }

  /** An address of the server's. */
  at(path: string): string {
    return new URL(path, this.server).href;
  }

  text(key: TextKey, values: Record<string, string | number> = {}): string {
    const own = this.welcome?.texts[key] ?? FALLBACK[this.locale][key] ?? "";
    return fill(own, { shop: this.welcome?.shop.name ?? "", ...values });
  }

  start(): void {
    this.#connection ??= connect(this.at("widget/socket").replace("http", "ws"), {
      hello: () => ({
        type: "hello",
        v: 1,
        token: this.#token,
        cursor: this.#cursor,
        locale: this.wanted,
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? null,
        identity: this.#identity || null,
        resume: this.#resume || null,
      }),
      received: (frame) => this.#received(frame),
      connected: (up) => this.#connected(up),
      missed: (tries) => this.#missed(tries),
    });
    this.#connected(this.up);
  }

  /**
   * The shop's signed word on who is logged in; none means that they have logged out, and leaves nothing behind.
   * A page that never had one only drops what was not sent: another tab may still be logged in, and have the tokens.
   */
  identify(jwt: string): void {
    const before = this.#identity;
    if (jwt ? jwt === before : !before && !read("identified")) return;
    this.#identity = jwt;
    write("identified", jwt && "1");
    if (!jwt) return this.#leave(!!before);
    this.#use("customer");
    this.#token = read("customer") ?? this.#token;
    this.#again();
  }

  /** What a link of ours brought along. */
  resume(link: string): void {
    this.#resume = link;
    this.#again();
  }

  /** Everything once more: addresses of files are good for an hour only. */
  refresh(): void {
    this.#cursor = 0;
    this.#connection?.restart();
  }

  send(text: string, uploaded: Uploaded[] = []): void {
    const limit = this.welcome?.limits.text;
    this.notice = "";
    if (limit && [...text].length > limit) {
      this.returned = text;
      this.notice = this.text("too_long", { n: limit });
    } else {
      const files = uploaded.map(({ key }) => key) as NonNullable<Send["files"]>;
      this.#post({ type: "send", id: newId(), text, files }, text, uploaded);
    }
    this.changed();
  }

  press(token: string, label: string): void {
    this.notice = "";
    this.#post({ type: "press", id: newId(), token }, label);
    this.changed();
  }

  submit(token: string, values: Record<string, string>, label: string): void {
    this.notice = "";
    this.#post({ type: "submit", id: newId(), token, values }, label);
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

  tell(frame: Telling): void {
    this.#connection?.send(frame);
  }

  /** The customer has had every message up to `seq` before their eyes. */
  see(seq: number): void {
    if (seq <= (this.#seen ?? 0)) return;
    this.#seen = seq;
    write(`${this.#slot}.seen`, String(seq));
    this.#seenTimer ||= setTimeout(() => this.#tellSeen(), TELL_SEEN);
  }

  #tellSeen(): void {
    this.#seenTimer = 0;
    const seq = this.#seen ?? 0;
    if (!this.up || seq <= this.#told) return;
    this.#told = seq;
    this.tell({ type: "seen", seq });
  }

  get #newest(): number {
    return Math.max(0, ...this.messages.keys());
  }

  #post(frame: Asking, label: string, uploaded: Uploaded[] = []): void {
    this.outbox.add({ frame, label, files: uploaded.map(({ file }) => file), at: Date.now() });
    this.#connection?.send(frame);
    this.start();
  }

  #connected(up: boolean): void {
    this.up = up;
    if (up) clearTimeout(this.#lateTimer);
    if (up) this.#lateTimer = 0;
    else this.#lateTimer ||= setTimeout(() => this.#nowLate(), LATE);
    this.late &&= !up;
    this.changed();
  }

  #missed(tries: number): void {
    if (tries === Infinity && this.#misses < tries) console.error(`BATON_ORIGINS lacks ${location.origin}`);
    this.#misses = tries;
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
      case "link":
        if (!open(frame.url)) location.href = frame.url;
        break;
      case "transcript":
        save(frame);
        break;
      case "error":
        this.#trouble(frame);
    }
    this.changed();
  }

  #welcomed(frame: Welcome): void {
    if (!frame.keep && this.#unvouched()) return this.#connection?.restart();
    const { reference } = this.conversation;
    const stranger = this.#token !== frame.token || (reference && reference !== frame.conversation.reference);
    const missed = stranger && this.#cursor > 0;
    if (stranger) this.#forget();
    if (stranger) this.#seen = null;
    this.#resume = "";
    this.#keep(frame.token);
    this.welcome = frame;
    if (missed) return this.#connection?.restart();
    this.#merge(frame);
    this.#seen ??= this.#newest;
    this.#tellSeen();
    this.outbox.reload();
    for (const entry of this.outbox.unsent) this.retry(entry);
  }

  /** The shop's word does not count (any more): on as the stranger this browser is. Whether it has been one before. */
  #unvouched(): boolean {
    const own = this.#slot === "customer" ? read("token") : null;
    this.#use("token");
    if (!own || own === this.#token) return false;
    this.#token = own;
    this.#forget();
    return true;
  }

  /** A stranger's token came back for it: it belongs where every page without a login finds it. */
  #refusedWord(): void {
    if (this.#slot === "customer" && this.#token) {
      if (read("customer") === this.#token) write("customer", "");
      this.#use("token");
      write("token", this.#token);
    }
    this.refused();
  }

  #use(slot: "token" | "customer"): void {
    this.#slot = slot;
    this.#seen = Number(read(`${slot}.seen`)) || null;
  }

  /** A stranger's token ends with the login that took its chat along. */
  #keep(token: string): void {
    if (this.#slot === "customer" && this.#token !== token && this.#token === read("token")) write("token", "");
    this.#token = token;
    write(this.#slot, token);
  }

  #merge(frame: Welcome | Messages): void {
    const { status } = frame.conversation;
    for (const message of frame.messages) {
      this.messages.set(message.seq, message);
      if (message.client_id) this.outbox.remove(message.client_id);
    }
    this.outbox.settle(this.#newest);
    this.#cursor = frame.cursor;
    if (status !== this.conversation.status) this.personAsked = false;
    this.conversation = frame.conversation;
  }

  #trouble(frame: Trouble): void {
    const entry = this.outbox.find(frame.id);
    const bubble = entry && isBubble(entry);
    if (frame.code === "identity") this.#refusedWord();
    if (bubble && frame.retry) entry.trouble = frame.text;
    else if (entry?.frame.type === "submit" && frame.code === "bad_frame")
      this.refusedForm = { token: entry.frame.token, text: frame.text };
    else this.notice = frame.text;
    if (!bubble) this.personAsked = false;
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
    if (this.#slot !== "token" || !token || token === this.#token) return;
    this.#token = token;
    this.#forget();
    this.#again();
  }

  #seenInOtherTab(slot: string): void {
    if (slot !== this.#slot) return;
    this.#seen = Math.max(this.#seen ?? 0, Number(read(`${slot}.seen`)));
    this.changed();
  }

  #again(): void {
    if (this.#connection) this.#connection.restart();
    else this.start();
  }

  #leave(wasIn: boolean): void {
    for (const entry of this.outbox.entries) this.outbox.remove(entry.frame.id);
    if (!wasIn) return;
    for (const slot of ["token", "customer"]) for (const key of [slot, `${slot}.seen`]) write(key, "");
    this.#forget();
    this.#use("token");
    this.#token = null;
    this.#connection?.restart();
  }

  #forget(): void {
    this.messages.clear();
    this.conversation = { ...this.conversation, reference: null };
    this.#cursor = this.#told = 0;
  }
}

/** The browser keeps it where it keeps what is downloaded. */
function save({ name, text }: Transcript): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PENDING);
}

/** Random enough to be unique; unlike `crypto.randomUUID` it works on plain http too. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36).padStart(7, "0")).join("");
}

import type {
  Ack, Export, Hello, Link, Messages, Onward, Press, Seen, Send, Submit, Transcript, Trouble, Typing, Welcome,
} from "../generated/widget";

export type Outgoing = Welcome | Ack | Messages | Trouble | Transcript | Link;
/** Frames the server answers, and those it only takes note of. */
export type Asking = Send | Press | Submit;
export type Telling = Typing | Seen | Export | Onward;

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const SILENCE = 10_000;
const STALE = 60_000;
/** The server's way of saying that this page may not use the chat. */
const FOREIGN_PAGE = 4403;

export interface Listener {
  hello(): Hello;
  received(frame: Outgoing): void;
  connected(up: boolean): void;
  /** So many tries in a row came to nothing; infinitely many where the server does not let this page in. */
  missed(tries: number): void;
}

export interface Connection {
  /** A fresh socket at once: for a new token, or when the old one may be dead. */
  restart(): void;
  /** Nothing happens while there is no welcomed socket: the frame then waits in the outbox. */
  send(frame: Asking | Telling): void;
}

/** One socket that comes back by itself: after a pause that grows, when the network returns, when the page is seen. */
export function connect(address: string, listener: Listener): Connection {
  let socket: WebSocket | undefined;
  let up = false;
  let attempt = 0;
  let again = 0;
  let silence = 0;
  let hiddenAt = 0;

  addEventListener("online", restart);
  addEventListener("offline", lost);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (!up || Date.now() - hiddenAt > STALE) restart();
  });
  open();
  return { restart, send };

  function restart(): void {
    drop();
    attempt = 0;
    open();
  }

  function send(frame: Asking | Telling): void {
    if (!up) return;
    socket?.send(JSON.stringify(frame));
    if ("id" in frame) silence ||= setTimeout(lost, SILENCE);
  }

  function open(): void {
    const opened = new WebSocket(address);
    socket = opened;
    silence = setTimeout(lost, SILENCE);
    opened.onopen = () => opened.send(JSON.stringify(listener.hello()));
    opened.onmessage = (event: MessageEvent<string>) => received(JSON.parse(event.data) as Outgoing);
    opened.onclose = lost;
  }

  function received(frame: Outgoing): void {
    clearTimeout(silence);
    silence = 0;
    if (frame.type === "welcome") {
      attempt = 0;
      up = true;
      listener.connected(up);
    }
    listener.received(frame);
  }

  function lost(event?: Event): void {
    drop();
    listener.missed((event as CloseEvent | undefined)?.code === FOREIGN_PAGE ? Infinity : attempt + 1);
    const pause = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt++);
    again = setTimeout(open, pause * (0.5 + Math.random() / 2));
  }

  /** Lets go of the socket without waiting: a dead one may take minutes to say so. */
  function drop(): void {
    clearTimeout(again);
    clearTimeout(silence);
    silence = 0;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    up = false;
    listener.connected(up);
  }
}

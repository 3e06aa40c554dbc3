import type { LiveFrame, PresenceFrame } from "../generated/console";
import { liveAddress } from "./api";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
const SIGNED_OUT = 4401;

export interface Listener {
  /** Where to continue; null while no list was loaded yet. */
  cursor(): string | null;
  received(frame: LiveFrame | PresenceFrame): void;
  connected(up: boolean): void;
  /** The session has ended; nothing more will be told. */
  signedOut(): void;
}

/** The live feed: comes back by itself, from the cursor it had. The function returned ends it. */
export function connectLive(listener: Listener): () => void {
  let socket: WebSocket | null = null;
  let attempt = 0;
  let again = 0;

  const seen = (): void => {
    if (!document.hidden && socket?.readyState !== WebSocket.OPEN) restart();
  };
  addEventListener("online", restart);
  addEventListener("offline", lost);
  document.addEventListener("visibilitychange", seen);
  open();

  return () => {
    removeEventListener("online", restart);
    removeEventListener("offline", lost);
    document.removeEventListener("visibilitychange", seen);
    drop();
  };

  function open(): void {
    const cursor = listener.cursor();
    if (cursor === null) return lost();
    socket = new WebSocket(liveAddress(cursor));
    socket.onopen = () => {
      attempt = 0;
      listener.connected(true);
    };
    socket.onmessage = (event: MessageEvent<string>) => listener.received(JSON.parse(event.data) as LiveFrame | PresenceFrame);
    socket.onclose = ({ code }) => {
      lost();
      if (code === SIGNED_OUT) listener.signedOut();
    };
  }

  function restart(): void {
    drop();
    attempt = 0;
    open();
  }

  function lost(): void {
    drop();
    listener.connected(false);
    const pause = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt++);
    again = setTimeout(open, pause * (0.5 + Math.random() / 2));
  }

  function drop(): void {
    clearTimeout(again);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }
}

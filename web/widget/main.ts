// The shop's page loads this file with one script tag; the chat adds itself.
import { BatonChat, type HappenedTo } from "./element";

/** What the shop's page may do. Each call waits until the chat stands in the page. */
interface Baton {
  /** Opens the panel; `words` are put into the composer, not sent. */
  open(words?: string): Promise<void>;
  close(): Promise<void>;
  /** Who is logged in, as a JWT signed by the shop; empty once they log out. */
  identify(jwt: string): Promise<void>;
  /** `unread` brings a number; `expired` asks for `identify` with a fresh word. */
  on(event: HappenedTo, listener: (detail?: number) => void): Promise<void>;
}

declare global {
  interface Window {
    Baton?: Baton;
  }
}

const TAG = "baton-chat";
const script = document.currentScript ?? document.querySelector('script[src*="widget.js"]');

if (!customElements.get(TAG)) {
  if (script instanceof HTMLScriptElement) BatonChat.server = new URL(".", script.src);
  customElements.define(TAG, BatonChat);
  const chat = new Promise<BatonChat>((found) => {
    if (document.body) found(standing());
    else addEventListener("DOMContentLoaded", () => found(standing()));
  });
  window.Baton = {
    open: (words) => chat.then((it) => it.open(words)),
    close: () => chat.then((it) => it.close()),
    identify: (jwt) => chat.then((it) => it.identify(jwt)),
    on: (event, listener) => chat.then((it) => it.on(event, listener)),
  };
}

function standing(): BatonChat {
  const there = document.querySelector<BatonChat>(TAG);
  if (there) return there;
  const element = document.createElement(TAG) as BatonChat;
  if (script instanceof HTMLScriptElement) Object.assign(element.dataset, script.dataset);
  document.body.append(element);
  return element;
}

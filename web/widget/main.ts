// The shop's page loads this file with one script tag; the chat adds itself.
import { BatonChat } from "./element";

const TAG = "baton-chat";
const script = document.currentScript ?? document.querySelector('script[src*="widget.js"]');

if (!customElements.get(TAG)) {
  if (script instanceof HTMLScriptElement) BatonChat.server = new URL(".", script.src);
  customElements.define(TAG, BatonChat);
  if (document.body) add();
  else addEventListener("DOMContentLoaded", add);
}

function add(): void {
  if (document.querySelector(TAG)) return;
  const element = document.createElement(TAG);
  if (script instanceof HTMLScriptElement) Object.assign(element.dataset, script.dataset);
  document.body.append(element);
}

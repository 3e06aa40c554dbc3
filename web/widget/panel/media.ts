import type { File } from "../../generated/widget";
import { FILE } from "../../shared/icons";
import type { Chat } from "../chat";
import { button, h, icon, link } from "./kit";
import type { Item } from "./items";
import { sizeOf } from "./tray";

const WIDEST = 280;
const TALLEST = 300;

/** The files of a message: pictures and players where the browser can show them, else a chip with name and size. */
export function media(chat: Chat, { files, seq }: Item): HTMLElement[] {
  return files.map((file, index) => {
    const newest = (): string => chat.at((seq && chat.messages.get(seq)?.files[index]?.url) || file.url);
    if (file.kind === "image") return picture(chat, file, newest);
    if (file.kind === "file") return chip(chat, file, newest);
    return player(chat, file, newest);
  });
}

/** Its place is kept before it is there, so that nothing jumps. */
function picture(chat: Chat, file: File, newest: () => string): HTMLElement {
  const shown = h("img", { src: chat.at(file.url), alt: file.name, decoding: "async", "data-testid": "picture" });
  fit(shown, file);
  const node = opening(shown, newest, "picture");
  shown.addEventListener("error", () => node.replaceWith(broken(chat, file)));
  return node;
}

function player(chat: Chat, file: File, newest: () => string): HTMLElement {
  const attributes = { controls: "controls", preload: "metadata", "aria-label": file.name, "data-testid": "player" };
  const node = file.kind === "video" ? h("video", { ...attributes, playsinline: "playsinline" }) : h("audio", attributes);
  node.src = chat.at(file.url);
  if (node instanceof HTMLVideoElement) fit(node, file);
  node.addEventListener("error", () => node.replaceWith(chip(chat, file, newest)));
  return node;
}

function chip(chat: Chat, file: File, newest: () => string): HTMLElement {
  const about = h("span", { class: "about" }, h("span", { class: "name" }, file.name), sizeOf(chat, file.size));
  return opening(h("span", { class: "chip", "data-testid": "file" }, icon(FILE), about), newest, "whole");
}

/** The link is made at the moment of the click: addresses are signed anew from time to time. */
function opening(child: HTMLElement, newest: () => string, name: string): HTMLElement {
  const node = link(child, newest());
  node.className = name;
  node.addEventListener("click", () => (node.href = newest()));
  return node;
}

function broken(chat: Chat, file: File): HTMLElement {
  const again = button("reload", () => {
    box.replaceWith(h("span", { class: "chip" }, icon(FILE), file.name));
    chat.refresh();
  }, chat.text("reload"));
  const words = h("span", { class: "about" }, h("span", { class: "name" }, file.name), chat.text("file_broken"));
  const box = h("div", { class: "chip broken", "data-testid": "broken" }, icon(FILE), words, again);
  return box;
}

function fit(node: HTMLImageElement | HTMLVideoElement, { width, height }: File): void {
  if (!width || !height) return;
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  [node.width, node.height] = [Math.round(width * scale), Math.round(height * scale)];
}

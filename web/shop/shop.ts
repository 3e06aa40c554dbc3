import { localeOf } from "../shared/locale";
import type { BatonChat } from "../widget/element";
import { TEXTS, type Words } from "./texts";

const wanted = new URLSearchParams(location.search).get("lang");
const locale = localeOf(wanted) ?? localeOf(navigator.language) ?? "zh-TW";
const texts = TEXTS[locale];

// The chat takes its language from the page; this script stands before its own, so both agree.
document.documentElement.lang = locale;
document.title = texts.name;
for (const node of document.querySelectorAll<HTMLElement>("[data-text]")) {
  node.textContent = texts[node.dataset["text"] as keyof Words];
}
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-ask]")) {
  const words = texts[button.dataset["ask"] as keyof Words];
  button.textContent = words;
  button.addEventListener("click", () => document.querySelector<BatonChat>("baton-chat")?.open(words));
}
document.querySelector(`.languages [lang="${locale}"]`)?.setAttribute("aria-current", "true");

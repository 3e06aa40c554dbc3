// What stands at the server's own address while it has no goods to show: the chat, and the ways on.
import { localeOf, LOCALES, SHORT_NAMES } from "../shared/locale";
import type { BatonChat } from "../widget/element";
import { TEXTS, type Words } from "./texts";

const COPIED = 4000;

const part = <T extends HTMLElement>(id: string): T => document.querySelector<T>(`#${id}`)!;
const locale = localeOf(new URLSearchParams(location.search).get("lang")) ?? localeOf(navigator.language) ?? "zh-TW";
const texts = TEXTS[locale];
const [languages, tag, copied] = [part("languages"), part("tag"), part("copied")];

// The chat takes its language from the page; this script stands before its own, so both agree.
document.documentElement.lang = locale;
document.title = texts.title;
for (const node of document.querySelectorAll<HTMLElement>("[data-text]")) {
  node.textContent = texts[node.dataset["text"] as keyof Words];
}
languages.ariaLabel = texts.languages;
for (const language of LOCALES) languages.append(way(language));
tag.textContent = `<script src="${location.origin}/widget.js" defer></script>`;
part("open").addEventListener("click", () => void document.querySelector<BatonChat>("baton-chat")?.open());
part("copy").addEventListener("click", () => void copy());

function way(language: (typeof LOCALES)[number]): HTMLAnchorElement {
  const node = document.createElement("a");
  Object.assign(node, { href: `?lang=${language}`, lang: language, hreflang: language, textContent: SHORT_NAMES[language] });
  if (language === locale) node.ariaCurrent = "true";
  return node;
}

/** Without https a browser has no clipboard for pages: then the line is marked, ready to be copied by hand. */
async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(tag.textContent ?? "");
    copied.textContent = texts.copied;
    setTimeout(() => (copied.textContent = ""), COPIED);
  } catch {
    getSelection()?.selectAllChildren(tag);
  }
}

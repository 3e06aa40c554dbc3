import tokens from "../tokens.css?inline";
import { CHAT, CLOSE } from "../shared/icons";
import { localeOf } from "../shared/locale";
import { Chat } from "./chat";
import * as kit from "./dom";
import type { Panel } from "./panel/main";
import style from "./style.css?inline";

export type HappenedTo = "open" | "close" | "unread" | "expired";

const { button, h, icon, setAttribute, setText } = kit;
const AGAIN = 3000;
const RESUME = /([#&])baton-resume=([^&]+)&?/;

/** `<baton-chat>`: the launcher, and the panel once it is wanted. Its attributes are told in the README. */
export class BatonChat extends HTMLElement {
  static server = new URL("/", location.href);
  /** For the second file. */
  static readonly kit = kit;

  #chat!: Chat;
  #launcher!: HTMLButtonElement;
  readonly #badge = h("span", { class: "badge", "data-testid": "unread", "aria-hidden": "true" });
  #panel: Panel | undefined;
  /** Opened, or about to be. */
  #wanted = false;
  #tries = 0;
  #queued = false;
  #unread = 0;

  connectedCallback(): void {
    if (this.shadowRoot) return;
    this.#build();
    this.#chat.changed = () => this.#soon();
    this.#chat.refused = () => this.#happened("expired");
    document.addEventListener("visibilitychange", () => this.#soon());
    addEventListener("hashchange", () => this.#resume());
    this.#update();
    this.identify(this.dataset["identity"] ?? "");
    this.#resume();
    if (this.#chat.known) this.#chat.start();
  }

  /** Opens the panel; `words` are put into the composer, not sent. */
  async open(words = ""): Promise<void> {
    this.#wanted = true;
    this.#chat.start();
    this.#update();
    try {
      await this.#fetch();
    } catch {
      this.#tries++;
      setTimeout(() => this.#wanted && this.open(words), AGAIN);
      return;
    }
    if (!this.#wanted) return;
    this.#panel?.open(words);
    this.#update();
    this.#happened("open");
  }

  close(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#panel?.node.close();
    this.#launcher.focus();
    this.#update();
    this.#happened("close");
  }

  /** Who is logged in, as a JWT signed by the shop; empty once they log out. */
  identify(jwt: string): void {
    this.#chat.identify(jwt);
  }

  on(event: HappenedTo, listener: (detail?: number) => void): void {
    this.addEventListener(`baton-${event}`, (happened) => listener((happened as CustomEvent<number>).detail));
  }

  #build(): void {
    const { locale, theme = "", offset = "", launcherText = "" } = this.dataset;
    const wanted = localeOf(locale ?? document.documentElement.lang) ?? localeOf(navigator.language);
    this.#chat = new Chat(BatonChat.server, wanted);
    this.#launcher = button("launcher", () => (this.#wanted ? this.close() : this.open()), icon(CHAT), icon(CLOSE));
    this.#launcher.append(h("span", {}, launcherText), this.#badge);
    for (const event of ["pointerenter", "focus"]) {
      this.#launcher.addEventListener(event, () => this.#fetch().catch(() => this.#tries++), { once: true });
    }
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet(style, theme), sheet(tokens, theme)];
    root.append(this.#launcher);
    if (/^(dark|light)$/.test(theme)) this.style.colorScheme = theme;
    const [x, y = x] = offset.match(/\d+/g) ?? [];
    if (x) this.style.setProperty("--x", `${x}px`);
    if (y) this.style.setProperty("--y", `${y}px`);
  }

  /** The panel, from where this file came from; under another address where the browser remembers a failure. */
  async #fetch(): Promise<void> {
    const address = this.#chat.at(`widget-panel.js${this.#tries ? `?${this.#tries}` : ""}`);
    const { panel } = (await import(/* @vite-ignore */ address)) as typeof import("./panel/main");
    if (this.#panel) return;
    this.#panel = panel(this.#chat, () => this.close());
    const root = this.shadowRoot!;
    root.adoptedStyleSheets.push(sheet(this.#panel.style, this.dataset["theme"] ?? ""));
    root.prepend(this.#panel.node);
    this.#panel.update();
  }

  /** A link of ours leads back into a conversation; its word is taken out of the address bar. */
  #resume(): void {
    const link = RESUME.exec(location.hash)?.[2];
    if (!link) return;
    history.replaceState(history.state, "", location.href.replace(RESUME, "$1").replace(/[#&]$/, ""));
    this.#chat.resume(link);
    void this.open();
  }

  /** Many changes in one go are drawn once. */
  #soon(): void {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      this.#update();
    });
  }

  #update(): void {
    const chat = this.#chat;
    const isOpen = !!this.#panel?.node.open;
    const unread = isOpen ? 0 : chat.unread;
    const title = this.dataset["launcherText"] ?? chat.text("title");
    const closed = unread ? chat.text("unread", { n: unread, title }) : title;
    const opened = chat.text(isOpen ? "close" : "connecting");
    this.#launcher.lang = chat.locale;
    this.#paint(this.dataset["accent"] ?? chat.welcome?.shop.accent ?? "");
    setAttribute(this.#launcher, "aria-label", this.#wanted ? opened : closed);
    setAttribute(this.#launcher, "aria-expanded", String(isOpen));
    setAttribute(this.#launcher, "aria-busy", this.#wanted && !isOpen && "true");
    setText(this.#badge, unread ? (unread > 9 ? "9+" : String(unread)) : "");
    this.#panel?.update();
    if (unread !== this.#unread) this.#happened("unread", unread);
    this.#unread = unread;
  }

  #happened(event: HappenedTo, detail?: number): void {
    this.dispatchEvent(new CustomEvent(`baton-${event}`, { detail }));
  }

  /** The shop's colour, where the style sheet can derive readable pairs from it. */
  #paint(accent: string): void {
    if (CSS.supports("color", `oklch(from ${accent} l c h)`)) this.style.setProperty("--accent", accent);
  }
}

function sheet(css: string, theme: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  if (/^(dark|light)$/.test(theme)) settle(made.cssRules, theme);
  return made;
}

/** The shop's word on light or dark, where the customer's device would have it. */
function settle(rules: CSSRuleList, theme: string): void {
  for (const rule of rules as Iterable<CSSRule & { media?: MediaList; cssRules?: CSSRuleList }>) {
    if (rule.media?.mediaText.includes("scheme")) rule.media.mediaText = theme === "dark" ? "all" : "not all";
    if (rule.cssRules) settle(rule.cssRules, theme);
  }
}

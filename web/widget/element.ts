import tokens from "../tokens.css?inline";
import { CHAT, CLOSE } from "../shared/icons";
import { localeOf } from "../shared/locale";
import { Chat } from "./chat";
import { button, h, icon, setAttribute, setText, type View } from "./dom";
import { type Footer, footer } from "./footer";
import { header } from "./header";
import { type Log, log } from "./log";
import style from "./style/index.css?inline";

const PHONE = "(max-width: 480px), (max-height: 480px)";

/** `<baton-chat>`: the launcher and the panel behind it. Attributes: data-locale, data-accent, data-position. */
export class BatonChat extends HTMLElement {
  static server = new URL("/", location.href);

  #chat!: Chat;
  #header!: View;
  #log!: Log;
  #footer!: Footer;
  #launcher!: HTMLButtonElement;
  readonly #badge = h("span", { class: "badge", "data-testid": "unread", "aria-hidden": "true" });
  readonly #panel = h("dialog", { "data-testid": "panel", tabindex: "-1", "aria-labelledby": "name" });
  #queued = false;

  connectedCallback(): void {
    if (this.shadowRoot) return;
    this.#build();
    this.#chat.changed = () => this.#soon();
    this.#update();
    if (this.#chat.known) this.#chat.start();
  }

  get isOpen(): boolean {
    return this.#panel.open;
  }

  /** Opens the panel; `words` are put into the composer, not sent. */
  open(words = ""): void {
    if (!this.isOpen) {
      if (matchMedia(PHONE).matches) this.#panel.showModal();
      else this.#panel.show();
      this.#fit();
    }
    if (words) this.#footer.insert(words);
    if (matchMedia("(pointer: coarse)").matches && !words) this.#panel.focus();
    else this.#footer.focus();
    this.#chat.start();
    this.#log.toEnd();
    this.#update();
  }

  close(): void {
    if (!this.isOpen) return;
    this.#panel.close();
    this.#launcher.focus();
    this.#update();
  }

  #build(): void {
    const wanted = localeOf(this.dataset["locale"] ?? document.documentElement.lang) ?? localeOf(navigator.language);
    this.#chat = new Chat(new URL("widget/socket", socketAddress(BatonChat.server)), wanted);
    this.#header = header(this.#chat, () => this.close());
    this.#log = log(this.#chat);
    this.#footer = footer(this.#chat);
    this.#launcher = button("launcher", () => (this.isOpen ? this.close() : this.open()), icon(CHAT), icon(CLOSE));
    this.#launcher.append(this.#badge);
    this.#panel.append(this.#header.node, this.#log.node, this.#footer.node);
    this.#listen();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet(style), sheet(tokens)];
    root.append(this.#panel, this.#launcher);
  }

  #listen(): void {
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      this.close();
    });
    this.#panel.addEventListener("cancel", (event) => event.preventDefault());
    document.addEventListener("visibilitychange", () => this.#soon());
    visualViewport?.addEventListener("resize", () => this.#fit());
    visualViewport?.addEventListener("scroll", () => this.#fit());
  }

  /** On phones the sheet is as high as what the keyboard leaves; zooming in changes nothing. */
  #fit(): void {
    const { height = innerHeight, offsetTop = 0, scale = 1 } = visualViewport ?? {};
    if (scale > 1.01) return;
    this.#panel.style.setProperty("--seen-height", `${height}px`);
    this.#panel.style.setProperty("--seen-top", `${offsetTop}px`);
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
    if (this.isOpen && document.visibilityState === "visible") chat.see();
    const unread = this.isOpen ? 0 : chat.unread;
    const label = unread ? chat.text("unread", { n: unread }) : chat.text("title");
    this.#panel.lang = this.#launcher.lang = chat.locale;
    this.#paint(this.dataset["accent"] ?? chat.welcome?.shop.accent ?? "");
    setAttribute(this.#launcher, "aria-label", this.isOpen ? chat.text("close") : label);
    setAttribute(this.#launcher, "aria-expanded", String(this.isOpen));
    setText(this.#badge, unread ? (unread > 9 ? "9+" : String(unread)) : "");
    this.#header.update();
    this.#footer.update();
    this.#log.update();
  }

  /** The shop's colour; the style sheet derives readable pairs from it. */
  #paint(accent: string): void {
    if (CSS.supports("color", accent)) this.style.setProperty("--accent", accent);
  }
}

function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

function socketAddress(server: URL): URL {
  const address = new URL(server);
  address.protocol = server.protocol.replace("http", "ws");
  return address;
}

import type { PhotoLink, UploadTrouble } from "../../generated/widget";
import { CLOSE } from "../../shared/icons";
import type { Chat } from "../chat";
import { button, h, icon, setAttribute, setText, type View } from "./kit";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

export interface Phone extends View {
  toggle(): void;
}

/** A code for the phone: a photo taken there lands in this conversation. */
export function phone(chat: Chat): Phone {
  const title = h("h3", { id: "phone-title" });
  const hint = h("p");
  const left = h("p", { class: "left", "data-testid": "phone-left" });
  const code = h("div", { class: "code", "data-testid": "qr" });
  const again = button("phone-again", () => void load());
  const closer = button("phone-close", close, icon(CLOSE));
  const head = h("div", { class: "bar" }, title, closer);
  const node = h("div", { class: "phone-sheet", role: "dialog", "aria-labelledby": "phone-title", "data-testid": "phone-sheet" });
  let over = 0;
  let clock = 0;
  let since = 0;
  let before: HTMLElement | null = null;
  node.append(head, hint, code, left, again);
  node.hidden = true;
  node.addEventListener("keydown", escape);

  return {
    node,
    toggle: () => (node.hidden ? open() : close()),
    update() {
      setText(title, chat.text("phone_title"));
      setText(hint, chat.text("phone_hint"));
      setText(again, chat.text("phone_again"));
      setAttribute(closer, "aria-label", chat.text("close"));
      if (!node.hidden && newestPhoto() > since) close();
    },
  };

  function open(): void {
    before = (node.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    since = newestPhoto();
    node.hidden = false;
    closer.focus();
    void load();
  }

  function close(): void {
    clearInterval(clock);
    const inside = node.matches(":focus-within");
    node.hidden = true;
    if (inside) before?.focus();
  }

  function escape(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  }

  async function load(): Promise<void> {
    clearInterval(clock);
    again.hidden = true;
    code.replaceChildren();
    setText(left, "");
    const answer = await asked().catch(() => null);
    if (node.hidden) return;
    if (!answer || "code" in answer) {
      setText(left, answer?.text ?? chat.text("upload_failed"));
      again.hidden = false;
      return;
    }
    code.append(drawing(answer, chat.text("phone_hint")));
    over = Date.now() + answer.seconds * 1000;
    clock = setInterval(tick, 1000);
    tick();
  }

  async function asked(): Promise<PhotoLink | UploadTrouble> {
    const headers = { Authorization: `Bearer ${chat.token}`, "Accept-Language": chat.locale };
    return (await fetch(chat.at("widget/photo-link"), { method: "POST", headers })).json();
  }

  function tick(): void {
    const seconds = Math.max(0, Math.ceil((over - Date.now()) / 1000));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    setText(left, seconds ? chat.text("phone_left", { time }) : chat.text("phone_over"));
    if (seconds) return;
    clearInterval(clock);
    code.replaceChildren();
    again.hidden = false;
  }

  function newestPhoto(): number {
    const own = [...chat.messages.values()].filter(({ author, files }) => author === "contact" && files.length);
    return Math.max(0, ...own.map(({ seq }) => seq));
  }
}

/** Dark on white in every theme, with the margin that cameras need. */
function drawing({ qr_path, qr_size }: PhotoLink, label: string): SVGElement {
  const part = (tag: string, attributes: Record<string, string>): SVGElement => {
    const made = document.createElementNS(SVG, tag) as SVGElement;
    for (const name in attributes) made.setAttribute(name, attributes[name]!);
    return made;
  };
  const side = qr_size + 2 * QUIET;
  const svg = part("svg", { viewBox: `${-QUIET} ${-QUIET} ${side} ${side}`, role: "img", "aria-label": label });
  svg.append(part("path", { d: qr_path }));
  return svg;
}

// The second file: everything behind the launcher, fetched when the panel is first opened.
import type { Chat } from "../chat";
import { asking } from "./asking";
import { fit } from "./fit";
import { footer } from "./footer";
import { header } from "./header";
import { h } from "./kit";
import { log } from "./log";
import { phone } from "./phone";
import { presence } from "./presence";
import style from "./style/index.css?inline";
import { tools } from "./tools";
import { tray } from "./tray";
import { Uploads } from "./uploads";

const SMALL = "(max-width: 480px), (max-height: 480px)";

export interface Panel {
  readonly node: HTMLDialogElement;
  readonly style: string;
  /** `words` are put into the composer, not sent. */
  open(words: string): void;
  update(): void;
}

/** `close` is called where the customer wants it closed. */
export function panel(chat: Chat, close: () => void): Panel {
  const node = h("dialog", { "data-testid": "panel", tabindex: "-1", "aria-labelledby": "name" });
  const uploads = new Uploads(chat);
  const sheet = phone(chat);
  const bottom = footer(chat, uploads);
  const middle = log(chat);
  const ways = tools(chat, uploads, { panel: node, box: bottom.box, phone: () => sheet.toggle() });
  const cards = tray(chat, uploads);
  const meet = presence(chat, { panel: node, log: middle.node, box: bottom.box });
  const views = [header(chat, close), bottom, sheet, cards, ways, meet, middle, asking(chat, middle.node)] as const;
  node.append(views[0].node, middle.node, bottom.node, sheet.node);
  bottom.compose.before(cards.node);
  bottom.compose.prepend(ways.node);
  node.addEventListener("keydown", escape);
  node.addEventListener("cancel", (event) => event.preventDefault());
  fit(node);

  return {
    node,
    style,
    open(words) {
      if (!node.open) {
        if (matchMedia(SMALL).matches) node.showModal();
        else node.show();
      }
      if (words) bottom.insert(words);
      if (matchMedia("(pointer: coarse)").matches && !words) node.focus();
      else bottom.focus();
      middle.toEnd();
    },
    update() {
      node.lang = chat.locale;
      for (const view of views) view.update();
    },
  };

  function escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    close();
  }
}

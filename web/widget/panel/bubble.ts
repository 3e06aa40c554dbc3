import { ALERT, BOT, CHECK, CHECKS, CLOCK, INFO } from "../../shared/icons";
import { type Block, readMarkdown, readPlain, type Span } from "../../shared/markdown";
import type { Chat } from "../chat";
import { form } from "./form";
import type { Item } from "./items";
import { button, draw, h, icon, link, mark } from "./kit";
import { media } from "./media";

export interface Bubble {
  readonly node: HTMLElement;
  update(item: Item): void;
}

type State = "sending" | "failed" | "sent" | "seen";

/** One bubble. Its parts are drawn again only when they change, so that nothing is read out twice. */
export function bubble(chat: Chat): Bubble {
  const part = (name: string): HTMLElement => h("div", { class: name });
  const [day, head, body, files] = [part("day"), part("head"), part("body"), part("files")];
  const [fields, foot, buttons] = [part("form"), part("foot"), part("buttons")];
  const node = h("div", { "data-testid": "message" }, day, head, body, files, fields, foot, buttons);
  foot.ariaLive = "off";

  return {
    node,
    update(item) {
      const { author, seq } = item;
      const state = stateOf(chat, item);
      node.className = `item ${item.activity ? "activity" : author}${item.first ? " first" : ""}`;
      const seen = state === "seen";
      Object.assign(node.dataset, { author, seq: seq ?? "", state: seen ? "sent" : state, seen });
      draw(day, item.day && item.at.toLocaleDateString(chat.locale, { month: "long", day: "numeric" }), (words) => [words]);
      draw(head, item.first && !item.activity && `${author} ${item.name} ${chat.locale}`, () => headOf(chat, item));
      draw(body, item.text && JSON.stringify([item.text, item.markdown]), () => [content(item)]);
      draw(files, item.files.map(({ url }) => new URL(url, chat.server).pathname).join(" "), () => media(chat, item));
      draw(fields, item.form && `${seq} ${chat.locale}`, () => [form(chat, item.form!)]);
      draw(foot, footKey(chat, item, state), () => footOf(chat, item, state));
      draw(buttons, item.buttons.map(({ token }) => token).join(" "), () => buttonsOf(chat, item));
    },
  };
}

function stateOf(chat: Chat, { entry, seq }: Item): State {
  if (entry && entry.state !== "stored") return entry.state === "failed" ? "failed" : "sending";
  return seq && seq <= chat.conversation.seen ? "seen" : "sent";
}

function headOf(chat: Chat, { author, name }: Item): (Node | string)[] {
  if (author === "contact") return [chat.text("you")];
  if (author === "system") return [icon(INFO)];
  const person = author === "agent" ? (name ?? chat.text("person_name")) : "";
  return [mark(person, BOT), h("b", {}, person || name || chat.text("bot_name")), person && chat.text("person_status")];
}

function footKey(chat: Chat, { last, at, entry, author, activity }: Item, state: State): string | false {
  if (entry) return `${state} ${entry.trouble} ${chat.up} ${chat.locale}`;
  return last && !activity && author !== "system" && `${at} ${state} ${chat.locale}`;
}

function footOf(chat: Chat, { entry, at, author }: Item, state: State): (Node | string)[] {
  if (state === "failed") {
    const again = button("retry", () => chat.retry(entry!), chat.text("retry"));
    return [icon(ALERT), h("span", { role: "alert" }, entry!.trouble), again];
  }
  if (state === "sending") return [icon(CLOCK), chat.text(chat.up ? "sending" : "queued")];
  const time = at.toLocaleTimeString(chat.locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return author === "contact" ? [`${time} ${chat.text(state)}`, icon(state === "seen" ? CHECKS : CHECK)] : [time];
}

function buttonsOf(chat: Chat, { buttons }: Item): Node[] {
  return buttons.map(({ label, token }) => button("quick-reply", () => chat.press(token, label), label));
}

function content({ text, markdown }: Item): HTMLElement {
  return h("div", { class: "bubble", dir: "auto" }, ...(markdown ? readMarkdown(text) : readPlain(text)).map(blockNode));
}

function blockNode(block: Block): HTMLElement {
  if (block.kind === "paragraph") return h("p", {}, ...block.lines.flatMap(lineNodes));
  const rows = block.items.map((item) => h("li", {}, ...item.map(spanNode)));
  return block.ordered ? h("ol", { start: `${block.start}` }, ...rows) : h("ul", {}, ...rows);
}

function lineNodes(line: Span[], index: number): (Node | string)[] {
  return [...(index ? [h("br")] : []), ...line.map(spanNode)];
}

function spanNode({ text, bold, href }: Span): Node | string {
  const node = href ? link(text, href) : text;
  return bold ? h("strong", {}, node) : node;
}

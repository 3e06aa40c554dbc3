import { ALERT, BOT, CHECK, CLOCK, INFO } from "../shared/icons";
import { type Block, readMarkdown, readPlain, type Span } from "../shared/markdown";
import type { Chat } from "./chat";
import { button, draw, h, icon, mark } from "./dom";
import type { Item } from "./items";

export interface Bubble {
  readonly node: HTMLElement;
  update(item: Item): void;
}

/** One bubble. Its parts are drawn again only when they change, so that nothing is read out twice. */
export function bubble(chat: Chat): Bubble {
  const part = (name: string): HTMLElement => h("div", { class: name });
  const [day, head, body, foot, buttons] = [part("day"), part("head"), part("body"), part("foot"), part("buttons")];
  const node = h("div", { "data-testid": "message" }, day, head, body, foot, buttons);

  return {
    node,
    update(item) {
      const { author, seq, entry } = item;
      const state = !entry || entry.state === "stored" ? "sent" : entry.state === "waiting" ? "sending" : "failed";
      node.className = `item ${item.activity ? "activity" : author}${item.first ? " first" : ""}`;
      Object.assign(node.dataset, { author, seq: seq ?? "", state });
      draw(day, item.day && item.at.toLocaleDateString(chat.locale, { month: "long", day: "numeric" }), (words) => [words]);
      draw(head, item.first && !item.activity && `${author} ${item.name} ${chat.locale}`, () => headOf(chat, item));
      draw(body, JSON.stringify([item.text, item.markdown]), () => [content(item)]);
      draw(foot, footKey(chat, item), () => footOf(chat, item));
      draw(buttons, item.buttons.map(({ token }) => token).join(" "), () => buttonsOf(chat, item));
    },
  };
}

function headOf(chat: Chat, { author, name }: Item): (Node | string)[] {
  if (author === "contact") return [chat.text("you")];
  if (author === "system") return [icon(INFO)];
  const person = author === "agent" ? (name ?? chat.text("person_name")) : "";
  return [mark(person, BOT), h("b", {}, person || name || chat.text("bot_name")), person && chat.text("person_status")];
}

function footKey(chat: Chat, { last, at, entry, author, activity }: Item): string | false {
  if (entry) return `${entry.state} ${entry.trouble} ${chat.up} ${chat.locale}`;
  return last && !activity && author !== "system" && `${at} ${chat.locale}`;
}

function footOf(chat: Chat, { entry, at, author }: Item): (Node | string)[] {
  if (entry?.state === "failed") {
    const again = button("retry", () => chat.retry(entry), chat.text("retry"));
    return [icon(ALERT), h("span", { role: "alert" }, entry.trouble), again];
  }
  if (entry?.state === "waiting") return [icon(CLOCK), chat.text(chat.up ? "sending" : "queued")];
  const time = at.toLocaleTimeString(chat.locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return author === "contact" ? [`${time} ${chat.text("sent")}`, icon(CHECK)] : [time];
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
  const node = href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text) : text;
  return bold ? h("strong", {}, node) : node;
}

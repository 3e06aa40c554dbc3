import { DOWN } from "../../shared/icons";
import type { Chat } from "../chat";
import { type Bubble, bubble } from "./bubble";
import { type Item, items } from "./items";
import { button, draw, h, icon, setAttribute, setText, type View } from "./kit";

const NEAR = 80;
const GAP = 12;
/** The question may take this part of the room above its answer. */
const PART = 3;

export interface Log extends View {
  toEnd(): void;
}

/** The conversation. It follows the newest message unless the customer is reading further up. */
export function log(chat: Chat): Log {
  const list = h("div", { role: "log", "aria-live": "polite", "data-testid": "log" });
  const intro = h("div", { class: "intro" });
  const scroll = h("div", { class: "scroll", tabindex: "0", role: "group" }, intro, list);
  const chipText = h("span");
  const chip = button("new-message", toEnd, icon(DOWN), chipText);
  const bubbles = new Map<string, Bubble>();
  let follow = true;
  chip.hidden = true;
  scroll.addEventListener("scroll", scrolled, { passive: true });
  const sizes = new ResizeObserver(() => follow && toEnd());
  for (const node of [scroll, list]) sizes.observe(node);

  return {
    node: h("div", { class: "middle" }, scroll, chip),
    toEnd,
    update() {
      const shown = items(chat);
      const newest = shown.at(-1);
      const grown = newest && !bubbles.has(newest.key);
      draw(intro, !shown.length && chat.text("intro"), (words) => words.split("\n").map((line) => h("p", {}, line)));
      setAttribute(list, "aria-label", chat.text("log"));
      setAttribute(scroll, "aria-label", chat.text("log"));
      place(shown);
      if (grown && newest.author !== "contact" && follow) toAnswer(shown);
      else if (follow || (grown && newest.author === "contact")) toEnd();
      else if (grown) lead("new_message");
    },
  };

  /** A long answer is read from its beginning, with the question above it; the chip leads on. */
  function toAnswer(shown: Item[]): void {
    const asked = shown.map(({ author }) => author).lastIndexOf("contact");
    const top = (node: Element | undefined): number => node?.getBoundingClientRect().top ?? -Infinity;
    toEnd();
    const answer = top(list.children[asked + 1]);
    const edge = top(scroll) + GAP;
    if (answer >= edge) return;
    scroll.scrollTop += Math.max(answer - scroll.clientHeight / PART, top(list.children[asked])) - edge;
    lead("more");
  }

  function lead(words: "more" | "new_message"): void {
    setText(chipText, chat.text(words));
    follow = chip.hidden = false;
  }

  function toEnd(): void {
    follow = true;
    chip.hidden = true;
    scroll.scrollTop = scroll.scrollHeight;
  }

  function scrolled(): void {
    follow = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
    if (follow) chip.hidden = true;
  }

  /** Puts each bubble in its place and moves none that stands right. */
  function place(shown: Item[]): void {
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, { node }] of bubbles) {
      if (keys.has(key)) continue;
      node.remove();
      bubbles.delete(key);
    }
    shown.forEach((item, index) => {
      const placed = bubbles.get(item.key) ?? bubble(chat);
      bubbles.set(item.key, placed);
      placed.update(item);
      const there = list.children[index] ?? null;
      if (there !== placed.node) list.insertBefore(placed.node, there);
    });
  }
}

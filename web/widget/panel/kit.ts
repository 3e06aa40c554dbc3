import type { BatonChat } from "../element";
import type { Child, Value } from "../dom";

export type { View } from "../dom";

/** The first file's own ways of making elements, so that this one has no copy of them. */
export const { button, h, icon, setAttribute, setText } = (customElements.get("baton-chat") as typeof BatonChat).kit;

const drawn = new WeakMap<Element, Value>();

/** Fills `node` anew when `key`, which stands for all it shows, is another one than last time; empty without a key. */
export function draw(node: Element, key: Value, children: (key: string) => Child[]): void {
  if (drawn.get(node) === key) return;
  drawn.set(node, key);
  node.replaceChildren(...(key ? children(key) : []));
}

/** Opens beside the shop's page, which it is told nothing of. */
export function link(text: Child, href: string): HTMLAnchorElement {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
}

/** The mark of who speaks: a square with a drawn face for the assistant, a round initial for a person. */
export function mark(person: string, machine: string): HTMLElement {
  const face = person ? [...person][0]!.toUpperCase() : icon(machine);
  return h("span", { class: person ? "mark human" : "mark", "aria-hidden": "true" }, face);
}

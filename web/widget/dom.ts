type Child = Node | string;
type Value = string | false | undefined;

/** A part of the page that shows the chat as it is now. */
export interface View {
  readonly node: HTMLElement;
  update(): void;
}

/** An element with attributes and children; text is always text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const name in attributes) setAttribute(node, name, attributes[name]);
  node.append(...children);
  return node;
}

export function setAttribute(node: Element, name: string, value: Value): void {
  if (!value) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Writes only what changed, so that screen readers are not told twice. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

const drawn = new WeakMap<Element, Value>();

/** Fills `node` anew when `key`, which stands for all it shows, is another one than last time; empty without a key. */
export function draw(node: Element, key: Value, children: (key: string) => Child[]): void {
  if (drawn.get(node) === key) return;
  drawn.set(node, key);
  node.replaceChildren(...(key ? children(key) : []));
}

export function icon(path: string): SVGElement {
  const part = (tag: string): SVGElement => document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;
  const [svg, line] = [part("svg"), part("path")];
  setAttribute(svg, "viewBox", "0 0 24 24");
  setAttribute(svg, "aria-hidden", "true");
  setAttribute(line, "d", path);
  svg.append(line);
  return svg;
}

/** A button; its test id is its class too. */
export function button(name: string, pressed: () => void, ...children: Child[]): HTMLButtonElement {
  const node = h("button", { type: "button", "data-testid": name, class: name }, ...children);
  node.addEventListener("click", pressed);
  return node;
}

/** The mark of who speaks: a square with a drawn face for the assistant, a round initial for a person. */
export function mark(person: string, machine: string): HTMLElement {
  const face = person ? [...person][0]!.toUpperCase() : icon(machine);
  return h("span", { class: person ? "mark human" : "mark", "aria-hidden": "true" }, face);
}

export type Child = Node | string;
export type Value = string | false | null | undefined;

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

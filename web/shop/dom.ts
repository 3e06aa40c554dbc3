type Child = Node | string;

/** An element with attributes and children; text is always text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** `name` is its test id and, until something else is set, its class. */
export function button(name: string, pressed: () => void, ...children: Child[]): HTMLButtonElement {
  const node = h("button", { type: "button", "data-testid": name, class: name }, ...children);
  node.addEventListener("click", pressed);
  return node;
}

export function icon(path: string): SVGElement {
  const part = (tag: string): SVGElement => document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;
  const [svg, line] = [part("svg"), part("path")];
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

import { fill, type Locale } from "../../shared/locale";
import { button, h } from "../dom";
import type { Cart } from "../cart";
import type { Catalogue, Product } from "../catalogue";
import { picture } from "../pictures";
import { href } from "../route";
import type { Texts } from "../texts";

/** What every view needs: the words, the goods, the cart, and the chat. */
export interface Shop {
  locale: Locale;
  texts: Texts;
  catalogue: Catalogue;
  cart: Cart;
  /** Opens the chat with words in the composer; the customer sends them. */
  ask(words?: string): void;
}

/** One page of the shop: its title, what it shows, and what it does when the cart changes. */
export interface View {
  title: string;
  nodes: HTMLElement[];
  update?(): void;
}

export function money(amount: number): string {
  return `NT$${amount.toLocaleString("en")}`;
}

export function drawing(sku: string, size: number): HTMLImageElement {
  return h("img", { src: picture(sku), alt: "", width: String(size), height: String(size) });
}

export function grid({ texts, locale }: Shop, products: readonly Product[]): HTMLElement {
  const card = (product: Product): HTMLElement => {
    const image = drawing(product.sku, 320);
    image.loading = "lazy";
    const name = h("h3", {}, h("a", { href: href({ page: "product", sku: product.sku }) }, product.name[locale]));
    const price = h("p", { class: "price" }, money(product.price));
    if (product.stock !== "in_stock") price.append(h("span", { class: `badge ${product.stock}` }, stockWords(texts, product)));
    return h("li", { class: "card", "data-testid": "card", "data-sku": product.sku }, image, name, price);
  };
  return h("ul", { class: "goods" }, ...products.map(card));
}

export function stockWords(texts: Texts, product: Product): string {
  return fill(texts.stock[product.stock], { n: product.left ?? 0 });
}

export function section(title: string, ...children: HTMLElement[]): HTMLElement {
  return h("section", { class: "section" }, h("h2", {}, title), ...children);
}

/** A page with little on it says what to do next. */
export function blank(title: string, words: string, ...actions: HTMLElement[]): HTMLElement {
  return h("div", { class: "blank" }, heading(title), h("p", {}, words), h("p", { class: "actions" }, ...actions));
}

/** The page's heading; whoever comes by a link hears it first. */
export function heading(text: string): HTMLHeadingElement {
  return h("h1", { tabindex: "-1" }, text);
}

export function link(text: string, to: string, name = "button"): HTMLAnchorElement {
  return h("a", { href: to, class: name }, text);
}

export function askButton(shop: Pick<Shop, "ask">, label: string, words: string, name = "button quiet"): HTMLButtonElement {
  const node = button("ask", () => shop.ask(words), label);
  node.className = name;
  return node;
}

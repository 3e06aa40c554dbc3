import { fill } from "../../shared/locale";
import { button, h, icon } from "../dom";
import { FREE_FROM, keyOf, type Line } from "../cart";
import type { Product } from "../catalogue";
import { NEW } from "../demo";
import { BIN, MINUS, PLUS } from "../icons";
import { href } from "../route";
import { blank, drawing, grid, heading, link, money, section, type Shop, type View } from "./parts";

const SUGGESTED = 4;

export function cart(shop: Shop): View {
  const { texts } = shop;
  const body = h("div", { class: "cart" });
  const undo = h("p", { class: "undo", role: "status" });
  const view = { title: texts.cart_title, nodes: [undo, body], update: () => redraw(shop, body, undo) };
  view.update();
  return view;
}

/** Draws the cart as it is now; the button that was pressed keeps the focus, or its neighbour gets it. */
function redraw(shop: Shop, body: HTMLElement, undo: HTMLElement): void {
  const { texts, cart } = shop;
  const focused = body.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null;
  if (!cart.lines.length) {
    const empty = blank(texts.cart_empty, texts.cart_empty_hint, link(texts.go_shopping, "#/"));
    body.replaceChildren(empty, section(texts.new_title, grid(shop, shop.catalogue.pick(NEW.slice(0, SUGGESTED)))));
  } else {
    const lines = cart.lines.map((line) => row(shop, line, undo));
    body.replaceChildren(heading(texts.cart_title), h("div", { class: "cart-body" }, h("ul", { class: "lines" }, ...lines), sums(shop)));
  }
  if (focused) (body.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]:enabled`) ?? body.querySelector("h1"))?.focus();
}

function row(shop: Shop, line: Line, undo: HTMLElement): HTMLElement {
  const { texts, cart, catalogue, locale } = shop;
  const product = catalogue.find(line.sku);
  if (!product) return h("li", {});
  const name = product.name[locale];
  const control = (test: string, label: string, path: string, pressed: () => void, enabled = true): HTMLElement => {
    const node = button(test, pressed, icon(path));
    node.disabled = !enabled;
    node.setAttribute("aria-label", fill(label, { name }));
    node.setAttribute("data-key", `${keyOf(line)} ${test}`);
    return node;
  };
  const quantity = h(
    "div",
    { class: "quantity" },
    control("fewer", texts.fewer, MINUS, () => cart.change(line, -1), line.quantity > 1),
    h("output", { "data-testid": "quantity" }, String(line.quantity)),
    control("more", texts.more, PLUS, () => cart.change(line, 1), cart.room(line) > 0),
  );
  const remove = control("remove", texts.remove, BIN, () => tellRemoved(shop, undo, name, cart.remove(line)));
  const words = h("div", { class: "line-words" }, link(name, href({ page: "product", sku: line.sku }), ""));
  const taken = choices(shop, product, line);
  if (taken) words.append(h("p", { class: "muted" }, taken));
  words.append(h("p", { class: "muted" }, money(product.price)));
  const sum = h("p", { class: "price" }, money(product.price * line.quantity));
  return h("li", { "data-testid": "line" }, drawing(line.sku, 88), words, quantity, sum, remove);
}

function choices({ locale }: Shop, product: Product, line: Line): string {
  const taken = product.options.flatMap(({ kind, choices }) => choices.find((choice) => choice.id === line.chosen[kind]) ?? []);
  return taken.map((choice) => choice.name[locale]).join(" · ");
}

function tellRemoved({ texts }: Shop, told: HTMLElement, name: string, putBack: () => void): void {
  const undo = button("undo", () => {
    putBack();
    told.replaceChildren();
    document.querySelector<HTMLElement>("main h1")?.focus();
  }, texts.undo);
  told.replaceChildren(fill(texts.removed, { name }), " ", undo);
  undo.focus();
}

function sums(shop: Shop): HTMLElement {
  const { texts, cart } = shop;
  const line = (label: string, amount: string, name = ""): HTMLElement =>
    h("div", { class: name }, h("dt", {}, label), h("dd", {}, amount));
  const list = h(
    "dl",
    {},
    line(texts.goods_total, money(cart.goods)),
    line(texts.shipping, cart.shipping ? money(cart.shipping) : texts.free),
    line(texts.total, money(cart.goods + cart.shipping), "total"),
  );
  const node = h("aside", { class: "sums", "data-testid": "sums" }, list);
  if (cart.shipping) node.append(h("p", { class: "hint" }, fill(texts.until_free, { amount: money(FREE_FROM - cart.goods) })));
  const checkout = button("checkout", () => {
    cart.empty();
    location.hash = href({ page: "done" });
  }, texts.checkout);
  checkout.className = "button wide";
  node.append(checkout, h("p", { class: "muted" }, texts.checkout_note));
  return node;
}

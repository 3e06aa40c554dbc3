import { fill } from "../../shared/locale";
import { h } from "../dom";
import { BOUGHT, type DemoOrder, ORDERS } from "../demo";
import type { Texts } from "../texts";
import { askButton, drawing, heading, link, type Shop, type View } from "./parts";

/** The end of a purchase: an order that was there before, to be asked about. */
export function done(shop: Shop): View {
  const { texts } = shop;
  const actions = h("p", { class: "actions" }, link(texts.my_orders, "#/orders", "button quiet"), link(texts.to_home, "#/", "button quiet"));
  const lead = h("p", { class: "lead" }, texts.done_lead);
  return { title: texts.done_title, nodes: [h("div", { class: "done" }, heading(texts.done_title), lead, card(shop, BOUGHT), actions)] };
}

export function orders(shop: Shop): View {
  const { texts } = shop;
  const cards = ORDERS.map((order) => h("li", {}, card(shop, order)));
  const head = h("div", { class: "list-head" }, h("div", {}, heading(texts.my_orders), h("p", { class: "lead" }, texts.orders_lead)));
  return { title: texts.my_orders, nodes: [head, h("ul", { class: "orders" }, ...cards)] };
}

/** The question about an order that the chat can answer at once. */
export function trackWords(texts: Texts, { number, digits }: DemoOrder): string {
  return fill(texts.track_words, { number, digits });
}

function card(shop: Shop, order: DemoOrder): HTMLElement {
  const { texts, catalogue, locale } = shop;
  const products = catalogue.pick(order.skus);
  const names = products.map((product) => product.name[locale]).join(" · ");
  return h(
    "article",
    { class: "order", "data-testid": "order" },
    h("div", { class: "order-pictures" }, ...products.map((product) => drawing(product.sku, 72))),
    h("div", {}, h("h2", {}, texts.stories[order.story]), h("p", { class: "muted" }, names)),
    h(
      "dl",
      {},
      h("div", {}, h("dt", {}, texts.number), h("dd", { "data-testid": "order-number" }, order.number)),
      h("div", {}, h("dt", {}, texts.digits), h("dd", { "data-testid": "order-digits" }, order.digits)),
    ),
    askButton(shop, texts.track, trackWords(texts, order), "button"),
  );
}

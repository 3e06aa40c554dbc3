import { fill } from "../../shared/locale";
import { h } from "../dom";
import type { Department, Product } from "../catalogue";
import { askButton, blank, grid, heading, link, type Shop, type View } from "./parts";

const ORDER = {
  shop: () => 0,
  cheap: (one: Product, other: Product) => one.price - other.price,
  dear: (one: Product, other: Product) => other.price - one.price,
} as const;
type Sort = keyof typeof ORDER;

export function department(shop: Shop, of: Department): View {
  const { texts, catalogue } = shop;
  const title = texts.departments[of];
  const lead = h("p", { class: "lead" }, texts.department_leads[of]);
  return { title, nodes: [h("div", { class: "list-head" }, h("div", {}, heading(title), lead)), ...sorted(shop, catalogue.of(of))] };
}

export function search(shop: Shop, words: string): View {
  const { texts, catalogue } = shop;
  const found = catalogue.search(words);
  if (!words.trim()) return { title: texts.results_title, nodes: [blank(texts.results_title, texts.search_placeholder)] };
  if (!found.length) {
    const ask = askButton(shop, texts.ask_us, fill(texts.ask_for, { words }), "button");
    const title = fill(texts.results_empty, { words });
    return { title, nodes: [blank(title, texts.results_hint, ask, link(texts.to_home, "#/", "button quiet"))] };
  }
  const title = fill(texts.results, { words, n: found.length });
  return { title, nodes: [h("div", { class: "list-head" }, heading(title)), ...sorted(shop, found)] };
}

/** The goods with a box to choose their order; choosing draws the goods anew and nothing else. */
function sorted(shop: Shop, products: Product[]): HTMLElement[] {
  const { texts } = shop;
  const goods = h("div", {}, grid(shop, products));
  const options = (Object.keys(ORDER) as Sort[]).map((sort) => h("option", { value: sort }, texts.sorts[sort]));
  const box = h("select", { "data-testid": "sort" }, ...options);
  box.addEventListener("change", () => {
    goods.replaceChildren(grid(shop, [...products].sort(ORDER[box.value as Sort])));
  });
  const count = h("p", { class: "muted" }, fill(texts.count, { n: products.length }));
  return [h("div", { class: "sorting" }, count, h("label", {}, h("span", {}, texts.sort), box)), goods];
}

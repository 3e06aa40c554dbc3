import { fill } from "../../shared/locale";
import { h } from "../dom";
import { DEPARTMENTS, type Department } from "../catalogue";
import { FACES, HERO, NEW, ORDERS } from "../demo";
import { href } from "../route";
import { trackWords } from "./orders";
import { askButton, drawing, grid, heading, section, type Shop, type View } from "./parts";

const LAST = 4;

export function home(shop: Shop): View {
  const { texts, catalogue } = shop;
  const last = catalogue.products.filter((product) => product.stock === "low").slice(0, LAST);
  const nodes = [
    h("div", { class: "hero" }, h("div", {}, heading(texts.slogan), h("p", {}, texts.lead), tries(shop)), collage(shop)),
    h("ul", { class: "departments" }, ...DEPARTMENTS.map((department) => tile(shop, department))),
    section(texts.new_title, grid(shop, catalogue.pick(NEW))),
  ];
  if (last.length) nodes.push(section(texts.last_title, grid(shop, last)));
  return { title: "", nodes };
}

/** Questions one click away: how-to, a parcel, a person. */
function tries(shop: Shop): HTMLElement {
  const { texts } = shop;
  const stuck = ORDERS.find((order) => order.story === "stuck");
  const questions = [texts.ask_film, ...(stuck ? [trackWords(texts, stuck)] : []), texts.ask_person];
  const chips = questions.map((words) => h("li", {}, askButton(shop, words, words, "chip")));
  return h("div", { class: "try" }, h("h2", { id: "try-title" }, texts.try_title), h("ul", {}, ...chips));
}

function collage({ catalogue, locale }: Shop): HTMLElement {
  const pictures = catalogue.pick(HERO).map((product) => {
    const to = href({ page: "product", sku: product.sku });
    return h("a", { href: to, "aria-label": product.name[locale] }, drawing(product.sku, 240));
  });
  return h("div", { class: "collage" }, ...pictures);
}

function tile({ texts, catalogue }: Shop, department: Department): HTMLElement {
  const count = fill(texts.count, { n: catalogue.of(department).length });
  const words = h("span", {}, h("b", {}, texts.departments[department]), h("small", {}, count));
  return h("li", {}, h("a", { href: href({ page: "department", department }) }, drawing(FACES[department], 72), words));
}

import { fill } from "../../shared/locale";
import { button, h, icon } from "../dom";
import { CHAT } from "../../shared/icons";
import { firstChoices } from "../cart";
import type { Option, Product } from "../catalogue";
import { href } from "../route";
import { askButton, drawing, heading, link, money, type Shop, stockWords, type View } from "./parts";

export function product(shop: Shop, shown: Product): View {
  const { texts, locale } = shop;
  const chosen = firstChoices(shown);
  const options = shown.options.map((option) => chooser(shop, option, chosen));
  const about = h(
    "div",
    { class: "product-about" },
    heading(shown.name[locale]),
    h("p", { class: "price large" }, money(shown.price)),
    h("p", { class: `stock ${shown.stock}`, "data-testid": "stock" }, stockWords(texts, shown)),
    h("p", { class: "description" }, shown.about[locale]),
    ...options,
    buying(shop, shown, chosen),
    questions(shop, shown),
  );
  const figure = h("figure", {}, drawing(shown.sku, 640));
  if (shown.options.some((option) => option.kind === "colour")) figure.append(h("figcaption", {}, texts.picture_note));
  return { title: shown.name[locale], nodes: [crumbs(shop, shown), h("article", { class: "product" }, figure, about)] };
}

function crumbs({ texts }: Shop, { department }: Product): HTMLElement {
  const to = href({ page: "department", department });
  const steps = [link(texts.home, "#/", ""), link(texts.departments[department], to, "")];
  return h("nav", { class: "crumbs", "aria-label": texts.crumbs }, ...steps);
}

function chooser({ texts, locale }: Shop, option: Option, chosen: Record<string, string>): HTMLElement {
  const pills = option.choices.map(({ id, name }) => {
    const box = h("input", { type: "radio", name: option.kind, value: id, "data-testid": `choose-${id}` });
    box.checked = chosen[option.kind] === id;
    box.addEventListener("change", () => (chosen[option.kind] = id));
    const swatch = option.kind === "colour" ? [h("i", { "data-swatch": id, "aria-hidden": "true" })] : [];
    return h("label", { class: "pill" }, box, ...swatch, name[locale]);
  });
  return h("fieldset", {}, h("legend", {}, texts.kinds[option.kind] ?? option.kind), h("div", { class: "pills" }, ...pills));
}

function buying(shop: Shop, shown: Product, chosen: Record<string, string>): HTMLElement {
  const { texts, cart, locale } = shop;
  if (shown.stock === "out") {
    return askButton(shop, texts.sold_out, fill(texts.ask_stock, { name: shown.name[locale] }), "button wide");
  }
  const told = h("p", { class: "added", role: "status", "data-testid": "added" });
  const add = button("add", () => {
    const words = cart.add(shown, { ...chosen }) ? texts.added : texts.no_more;
    told.replaceChildren(words, " ", link(texts.to_cart, "#/cart", ""));
  }, texts.add);
  add.className = "button wide";
  return h("div", {}, add, told);
}

/** What is often asked about it, one click from an answer, and a question of one's own. */
function questions(shop: Shop, shown: Product): HTMLElement {
  const { texts, locale } = shop;
  const asked = shown.articles.flatMap((id) => texts.questions[id] ?? []);
  const chips = asked.map((words) => h("li", {}, askButton(shop, words, words, "chip")));
  const own = button("ask-product", () => shop.ask(fill(texts.about_words, { name: shown.name[locale] })), icon(CHAT), texts.ask_about);
  own.className = "button quiet";
  return h(
    "section",
    { class: "try" },
    h("h2", {}, texts.questions_title),
    h("p", {}, texts.questions_lead),
    h("ul", {}, ...chips, h("li", {}, own)),
  );
}

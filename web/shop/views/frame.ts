import { fill, type Locale, LOCALES, SHORT_NAMES } from "../../shared/locale";
import { h, icon } from "../dom";
import type { Cart } from "../cart";
import { DEPARTMENTS } from "../catalogue";
import { BASKET, PARCEL, SEARCH } from "../icons";
import markFile from "../icon.svg?url";
import { href, type Route } from "../route";
import type { Texts } from "../texts";

export interface Frame {
  header: HTMLElement[];
  footer: HTMLElement[];
  /** Shows where we are; `cart` is missing until the goods are there. */
  update(route: Route, cart?: Cart): void;
}

/** What surrounds every page: search, departments, cart, languages, and what the shop promises. */
export function frame(locale: Locale, texts: Texts, searched: (words: string, finished: boolean) => void): Frame {
  const languages = LOCALES.map((language) => {
    const node = h("a", { lang: language, hreflang: language }, SHORT_NAMES[language]);
    if (language === locale) node.setAttribute("aria-current", "true");
    return node;
  });
  const departments = DEPARTMENTS.map((department) =>
    h("a", { href: href({ page: "department", department }) }, texts.departments[department]),
  );
  const count = h("span", { class: "count", "data-testid": "cart-count", "aria-hidden": "true" });
  const basket = h("a", { href: "#/cart", class: "icon-link", "data-testid": "cart-link" }, icon(BASKET), h("span", {}, texts.cart), count);
  const orders = h("a", { href: "#/orders", class: "icon-link" }, icon(PARCEL), h("span", {}, texts.my_orders));
  const mark = h("img", { src: markFile, alt: "", width: "32", height: "32" });
  const brand = h("a", { href: "#/", class: "brand" }, mark, texts.name);
  const box = searchBox(texts, searched);
  const skip = h("a", { href: "#main", class: "skip" }, texts.skip);
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>("main h1")?.focus();
  });
  return {
    header: [
      skip,
      h("div", { class: "notice" }, h("p", {}, texts.notice), h("nav", { class: "languages", "aria-label": texts.language }, ...languages)),
      h("div", { class: "top" }, brand, box.form, h("div", { class: "top-links" }, orders, basket)),
      h("nav", { class: "nav", "aria-label": texts.departments_label }, ...departments),
    ],
    footer: [promises(texts), h("p", { class: "note" }, texts.footer.note)],
    update(route, cart) {
      const n = cart?.count ?? 0;
      count.textContent = n ? String(n) : "";
      basket.setAttribute("aria-label", n ? fill(texts.cart_count, { n }) : texts.cart);
      for (const node of languages) node.href = `?lang=${node.lang}${location.hash}`;
      for (const node of [...departments, orders, basket]) {
        if (node.getAttribute("href") === href(route)) node.setAttribute("aria-current", "page");
        else node.removeAttribute("aria-current");
      }
      box.show(route.page === "search" ? route.words : "");
    },
  };
}

function searchBox(texts: Texts, searched: (words: string, finished: boolean) => void) {
  const input = h("input", {
    type: "search",
    "aria-label": texts.search,
    placeholder: texts.search_placeholder,
    enterkeyhint: "search",
    autocomplete: "off",
    maxlength: "60",
    "data-testid": "search",
  });
  const form = h("form", { class: "search", role: "search" }, icon(SEARCH), input);
  let composing = false;
  const typed = (): void => {
    if (!composing) searched(input.value, false);
  };
  input.addEventListener("compositionstart", () => (composing = true));
  input.addEventListener("compositionend", () => {
    composing = false;
    typed();
  });
  input.addEventListener("input", typed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    searched(input.value, true);
  });
  const show = (words: string): void => {
    if (document.activeElement !== input) input.value = words;
  };
  return { form, show };
}

function promises({ footer }: Texts): HTMLElement {
  const part = (title: string, words: string): HTMLElement => h("section", {}, h("h2", {}, title), h("p", {}, words));
  return h(
    "div",
    { class: "promises" },
    part(footer.hours_title, footer.hours),
    part(footer.returns_title, footer.returns),
    part(footer.shipping_title, footer.shipping),
  );
}

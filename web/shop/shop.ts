import { localeOf } from "../shared/locale";
import { button, h } from "./dom";
import type { BatonChat } from "../widget/element";
import { Cart } from "./cart";
import { loadCatalogue } from "./catalogue";
import { href, type Route, readRoute } from "./route";
import { TEXTS } from "./texts";
import { cart } from "./views/cart";
import { frame } from "./views/frame";
import { home } from "./views/home";
import { department, search } from "./views/listing";
import { done, orders } from "./views/orders";
import { askButton, blank, link, type Shop, type View } from "./views/parts";
import { product } from "./views/product";

const SKELETONS = 8;
const locale = localeOf(new URLSearchParams(location.search).get("lang")) ?? localeOf(navigator.language) ?? "zh-TW";
const texts = TEXTS[locale];
const main = document.querySelector("main")!;
const around = frame(locale, texts, searched);
let shop: Shop | null = null;
let shown: View | null = null;

// The chat takes its language from the page; this script stands before its own, so both agree.
document.documentElement.lang = locale;
document.title = texts.name;
document.querySelector("#header")!.append(...around.header);
document.querySelector("#footer")!.append(...around.footer);
history.scrollRestoration = "manual";
addEventListener("hashchange", arrive);
document.addEventListener("click", remember, { capture: true });
void open();

async function open(): Promise<void> {
  around.update(readRoute(location.hash));
  main.replaceChildren(loading());
  try {
    const catalogue = await loadCatalogue();
    shop = { locale, texts, catalogue, cart: new Cart(catalogue), ask };
    shop.cart.changed = changed;
    show();
    scrollTo(0, 0);
  } catch {
    const retry = button("retry", () => void open(), texts.retry);
    retry.className = "button";
    main.replaceChildren(blank(texts.trouble_title, texts.trouble, retry, askButton({ ask }, texts.ask_us, "")));
  }
}

function ask(words = ""): void {
  document.querySelector<BatonChat>("baton-chat")?.open(words);
}

/** Somebody followed a link or went back: the page begins at its heading, or where they had been. */
function arrive(): void {
  const typing = document.activeElement?.matches("[type=search]") && readRoute(location.hash).page === "search";
  show();
  const state: unknown = history.state;
  scrollTo(0, typeof state === "number" ? state : 0);
  if (!typing) main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}

/** Keeps how far somebody had read, for when they come back. */
function remember(event: Event): void {
  if (event.target instanceof Element && event.target.closest("a[href^='#/']")) history.replaceState(scrollY, "");
}

function searched(words: string, finished: boolean): void {
  const to = words.trim() ? href({ page: "search", words: words.trim() }) : "#/";
  const searching = readRoute(location.hash).page === "search";
  if (!searching) location.hash = to;
  else {
    history.replaceState(null, "", to);
    show();
  }
  if (finished) main.querySelector<HTMLElement>("h1")?.focus();
}

function changed(): void {
  around.update(readRoute(location.hash), shop?.cart);
  shown?.update?.();
}

function show(): void {
  if (!shop) return;
  const route = readRoute(location.hash);
  shown = view(shop, route);
  document.title = shown.title ? `${shown.title} · ${texts.name}` : texts.name;
  main.replaceChildren(...shown.nodes);
  around.update(route, shop.cart);
}

function view(shop: Shop, route: Route): View {
  switch (route.page) {
    case "home":
      return home(shop);
    case "department":
      return department(shop, route.department);
    case "search":
      return search(shop, route.words);
    case "cart":
      return cart(shop);
    case "done":
      return done(shop);
    case "orders":
      return orders(shop);
    case "product": {
      const found = shop.catalogue.find(route.sku);
      return found ? product(shop, found) : missing();
    }
    case "missing":
      return missing();
  }
}

function missing(): View {
  return { title: texts.missing_title, nodes: [blank(texts.missing_title, texts.missing, link(texts.to_home, "#/"))] };
}

/** Grey places for the goods; they show only where loading takes a while. */
function loading(): HTMLElement {
  const places = Array.from({ length: SKELETONS }, () => h("li", { "aria-hidden": "true" }));
  return h("div", { class: "loading", role: "status" }, h("p", { class: "unseen" }, texts.loading), h("ul", { class: "goods" }, ...places));
}

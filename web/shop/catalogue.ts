import type { Locale } from "../shared/locale";

export const DEPARTMENTS = ["electronics", "home", "clothes", "books", "food"] as const;
export type Department = (typeof DEPARTMENTS)[number];
export type Words = Record<Locale, string>;

export interface Option {
  kind: string;
  choices: { id: string; name: Words }[];
}

export interface Product {
  sku: string;
  department: Department;
  name: Words;
  about: Words;
  /** Whole NT$. */
  price: number;
  stock: "in_stock" | "low" | "out";
  /** How many, told for the last few only. */
  left: number | null;
  options: Option[];
  /** Ids of the articles that help with it. */
  articles: string[];
}

/** What the shop sells, in its order. */
export class Catalogue {
  readonly #bySku: Map<string, Product>;
  readonly #searched: Map<string, string>;

  constructor(readonly products: readonly Product[]) {
    this.#bySku = new Map(products.map((product) => [product.sku, product]));
    this.#searched = new Map(products.map((product) => [product.sku, searchable(product)]));
  }

  find(sku: string): Product | undefined {
    return this.#bySku.get(sku);
  }

  of(department: Department): Product[] {
    return this.products.filter((product) => product.department === department);
  }

  /** Those of a list of skus that are there, in its order. */
  pick(skus: readonly string[]): Product[] {
    return skus.flatMap((sku) => this.find(sku) ?? []);
  }

  /** Products that have every word in any language; those that have it in their name come first. */
  search(words: string): Product[] {
    const wanted = folded(words);
    if (!wanted.length) return [];
    const found = this.products.filter((product) => {
      const text = this.#searched.get(product.sku) ?? "";
      return wanted.every((word) => text.includes(word));
    });
    const named = (product: Product): boolean => wanted.every((word) => names(product).includes(word));
    return [...found.filter(named), ...found.filter((product) => !named(product))];
  }
}

/** Asks the server; throws where it does not answer as it should. */
export async function loadCatalogue(): Promise<Catalogue> {
  const answer = await fetch(new URL("/shop/products.json", location.href));
  if (!answer.ok) throw new Error(`products: ${answer.status}`);
  const content: unknown = await answer.json();
  const products = isRecord(content) && Array.isArray(content["products"]) ? content["products"] : [];
  return new Catalogue(products.filter(isProduct));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Checked as far as the page would break without; the server's own shapes are not doubted further. */
function isProduct(value: unknown): value is Product {
  if (!isRecord(value)) return false;
  const lists = Array.isArray(value["options"]) && Array.isArray(value["articles"]);
  const words = isRecord(value["name"]) && isRecord(value["about"]);
  return lists && words && typeof value["sku"] === "string" && typeof value["price"] === "number";
}

/** The words of a text without case, width and punctuation. */
function folded(text: string): string[] {
  const plain = text.normalize("NFKC").toLowerCase().replace(/[-‑]/g, "");
  return plain.split(/[\s《》「」“”,，、。.:：]+/).filter(Boolean);
}

/** Written without spaces: some write "T恤", others "T 恤". */
function names(product: Product): string {
  return folded(Object.values(product.name).join(" ")).join("");
}

function searchable(product: Product): string {
  return names(product) + folded(Object.values(product.about).join(" ")).join("");
}

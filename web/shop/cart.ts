import type { Catalogue, Product } from "./catalogue";

const KEY = "baton.shop.cart";
const MOST = 9;
const SHIPPING = 80;
export const FREE_FROM = 990;

export interface Line {
  sku: string;
  /** The id taken of each option, by its kind. */
  chosen: Record<string, string>;
  quantity: number;
}

/** What somebody wants to buy. It is kept in the browser and shared by its tabs; `changed` is told of every change. */
export class Cart {
  lines: Line[] = [];
  changed: () => void = () => {};
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.lines = this.#kept();
    addEventListener("storage", (event) => {
      if (event.key !== KEY && event.key !== null) return;
      this.lines = this.#kept();
      this.changed();
    });
  }

  get count(): number {
    return this.lines.reduce((sum, line) => sum + line.quantity, 0);
  }

  get goods(): number {
    return this.lines.reduce((sum, line) => sum + line.quantity * (this.#catalogue.find(line.sku)?.price ?? 0), 0);
  }

  get shipping(): number {
    return this.goods >= FREE_FROM || !this.lines.length ? 0 : SHIPPING;
  }

  /** How many more of a line may be taken. */
  room(line: Line): number {
    const left = this.#catalogue.find(line.sku)?.left ?? MOST;
    const others = this.lines.filter((other) => other !== line && other.sku === line.sku);
    const taken = others.reduce((sum, other) => sum + other.quantity, line.quantity);
    return Math.max(0, Math.min(MOST - line.quantity, left - taken));
  }

  /** False where there is no more of it. */
  add(product: Product, chosen: Record<string, string>): boolean {
    if (product.stock === "out") return false;
    const same = this.lines.find((line) => keyOf(line) === keyOf({ sku: product.sku, chosen }));
    const line = same ?? { sku: product.sku, chosen, quantity: 0 };
    if (!this.room(line)) return false;
    line.quantity += 1;
    if (!same) this.lines.push(line);
    this.#keep();
    return true;
  }

  change(line: Line, by: number): void {
    if (by > this.room(line) || line.quantity + by < 1) return;
    line.quantity += by;
    this.#keep();
  }

  /** Takes a line out; the answer puts it back where it was. */
  remove(line: Line): () => void {
    const index = this.lines.indexOf(line);
    this.lines.splice(index, 1);
    this.#keep();
    return () => {
      this.lines.splice(index, 0, line);
      this.#keep();
    };
  }

  empty(): void {
    this.lines = [];
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.lines));
    } catch {
      // A browser that keeps nothing has a cart until the page is closed.
    }
    this.changed();
  }

  #kept(): Line[] {
    try {
      const content: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(content) ? content.flatMap((value) => this.#line(value) ?? []) : [];
    } catch {
      return [];
    }
  }

  /** A kept line as it can still be bought: what is not sold any more is gone, an unknown choice becomes the first. */
  #line(value: Partial<Line> | null): Line | null {
    const product = this.#catalogue.find(value?.sku ?? "");
    const quantity = Math.trunc(Number(value?.quantity));
    if (!product || product.stock === "out" || !(quantity >= 1)) return null;
    const chosen = firstChoices(product);
    for (const { kind, choices } of product.options) {
      const kept = value?.chosen?.[kind];
      if (kept && choices.some((choice) => choice.id === kept)) chosen[kind] = kept;
    }
    return { sku: product.sku, chosen, quantity: Math.min(quantity, product.left ?? MOST, MOST) };
  }
}

export function firstChoices(product: Product): Record<string, string> {
  return Object.fromEntries(product.options.map(({ kind, choices }) => [kind, choices[0]?.id ?? ""]));
}

export function keyOf(line: Pick<Line, "sku" | "chosen">): string {
  return [line.sku, ...Object.entries(line.chosen).sort().flat()].join("/");
}

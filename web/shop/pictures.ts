const FILES = import.meta.glob<string>("./pictures/*.svg", { eager: true, query: "?url", import: "default" });

/** The address of a product's drawing. */
export function picture(sku: string): string {
  return FILES[`./pictures/${sku}.svg`] ?? "";
}

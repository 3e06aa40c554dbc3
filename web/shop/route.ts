import { DEPARTMENTS, type Department } from "./catalogue";

/** Where in the shop somebody is; the hash of the address says it. */
export type Route =
  | { page: "home" }
  | { page: "department"; department: Department }
  | { page: "search"; words: string }
  | { page: "product"; sku: string }
  | { page: "cart" }
  | { page: "done" }
  | { page: "orders" }
  | { page: "missing" };

const PLAIN = { "": "home", cart: "cart", done: "done", orders: "orders" } as const;

export function readRoute(hash: string): Route {
  const [first = "", ...rest] = hash.replace(/^#?\/?/, "").split("/");
  const value = decoded(rest.join("/"));
  const department = DEPARTMENTS.find((known) => known === value);
  if (first === "d" && department) return { page: "department", department };
  if (first === "search") return { page: "search", words: value };
  if (first === "p" && value) return { page: "product", sku: value };
  const page = PLAIN[first as keyof typeof PLAIN];
  return page && !rest.length ? { page } : { page: "missing" };
}

export function href(route: Route): string {
  switch (route.page) {
    case "department":
      return `#/d/${route.department}`;
    case "search":
      return `#/search/${encodeURIComponent(route.words)}`;
    case "product":
      return `#/p/${encodeURIComponent(route.sku)}`;
    case "home":
    case "missing":
      return "#/";
    default:
      return `#/${route.page}`;
  }
}

/** Somebody may have cut an address short; then it is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { Texts } from "./texts";

/** Orders of the demo shop to try the chat with; a test holds them against the shop's records. */
export interface DemoOrder {
  number: string;
  digits: string;
  skus: readonly string[];
  story: keyof Texts["stories"];
}

/** The one that is given at the end of a purchase. */
export const BOUGHT: DemoOrder = { number: "XM20261001", digits: "123", skus: ["film-9h", "phone-case"], story: "paid" };

export const ORDERS: readonly DemoOrder[] = [
  { number: "XM20261002", digits: "345", skus: ["air-fryer-4l"], story: "under_way" },
  { number: "XM20261003", digits: "668", skus: ["novel-mountain-line", "tote-bag"], story: "stuck" },
  { number: "XM20261004", digits: "777", skus: ["earbuds"], story: "ready" },
];

/** What the home page shows. */
export const HERO = ["mug", "novel-mountain-line", "desk-lamp", "pineapple-cakes"];
export const NEW = [
  "kettle-gooseneck",
  "wool-sweater",
  "picture-book-moon",
  "longan-honey",
  "speaker",
  "plant-pot",
  "backpack",
  "coffee-beans",
];
export const FACES = {
  electronics: "earbuds",
  home: "plant-pot",
  clothes: "windbreaker",
  books: "travel-slow-train",
  food: "oat-cookies",
} as const;

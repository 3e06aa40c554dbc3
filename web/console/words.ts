import { batch, effect, signal } from "@preact/signals";
import type { Row } from "../generated/console";
import { fill, type Locale, localeOf } from "../shared/locale";
import { tellLate } from "./late";
import { DECISIONS, ENTITIES, INTENTS, LANGUAGES, ORDER_STATES, REASONS, termIn } from "./texts/terms";
import type { Texts } from "./texts/zh-TW";

const KEY = "baton.locale";
const AGAIN_MS = 1000;
/** Nobody reads three languages: each is fetched when it is chosen. */
const CATALOGUE: Record<Locale, () => Promise<Texts>> = {
  "zh-TW": async () => (await import("./texts/zh-TW")).zhTW,
  "zh-CN": async () => (await import("./texts/zh-CN")).zhCN,
  en: async () => (await import("./texts/en")).en,
};

const texts = signal<Texts | null>(null);
/** The agent's language; views that use a word follow it by themselves. */
export const locale = signal<Locale>(localeOf(localStorage.getItem(KEY)) ?? localeOf(navigator.language) ?? "en");
let wanted = locale.peek();

effect(() => {
  document.documentElement.lang = locale.value;
});

/** Until it is kept nothing can be said. */
export const wordsAreThere: Promise<void> = speak();

export function chooseLocale(chosen: Locale): void {
  wanted = chosen;
  localStorage.setItem(KEY, chosen);
  void speak();
}

/** Fetches the wanted words, for as long as it takes; of two choices the later one counts. */
async function speak(failures = 0): Promise<void> {
  const chosen = wanted;
  try {
    const fetched = await CATALOGUE[chosen]();
    if (chosen !== wanted) return;
    tellLate(0);
    batch(() => {
      texts.value = fetched;
      locale.value = chosen;
    });
  } catch {
    if (chosen === wanted) tellLate(failures + 1);
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    if (chosen === wanted) await speak(failures + 1);
  }
}

export const LOCALE_NAMES: Record<Locale, string> = { "zh-TW": "繁體中文", "zh-CN": "简体中文", en: "English" };

/** The key that makes shortcuts work while somebody types. */
export const COMMAND = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

export type TextKey = keyof Texts;

export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return fill(texts.value?.[key] ?? "", values);
}

/** Signs that turn the direction of what follows: no part of a name. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** What a customer is called; a code alone would say nothing. */
export const customerWord = ({ contact, named }: Row): string =>
  named ? contact.replace(TURNS, "") : t("visitor", { code: contact });

export const intentWord = (name: string): string => termIn(INTENTS, name, locale.value);
export const reasonWord = (name: string): string => termIn(REASONS, name, locale.value);
export const decisionWord = (name: string): string => termIn(DECISIONS, name, locale.value);
export const entityWord = (name: string): string => termIn(ENTITIES, name, locale.value);
export const orderWord = (state: string): string => termIn(ORDER_STATES, state, locale.value);
export const languageWord = (name: string): string => termIn(LANGUAGES, name, locale.value);
export const percent = (part: number): string => `${Math.round(part * 100)} %`;

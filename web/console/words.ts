import { effect, signal } from "@preact/signals";
import type { Row } from "../generated/console";
import { fill, type Locale, localeOf } from "../shared/locale";
import { en } from "./texts/en";
import { DECISIONS, ENTITIES, INTENTS, LANGUAGES, REASONS, termIn } from "./texts/terms";
import { zhCN } from "./texts/zh-CN";
import { type Texts, zhTW } from "./texts/zh-TW";

const KEY = "baton.locale";
const CATALOGUE: Record<Locale, Texts> = { "zh-TW": zhTW, "zh-CN": zhCN, en };

/** The agent's language; views that use a word follow it by themselves. */
export const locale = signal<Locale>(localeOf(localStorage.getItem(KEY)) ?? localeOf(navigator.language) ?? "en");

effect(() => {
  document.documentElement.lang = locale.value;
});

export function chooseLocale(chosen: Locale): void {
  locale.value = chosen;
  localStorage.setItem(KEY, chosen);
}

export const LOCALE_NAMES: Record<Locale, string> = { "zh-TW": "繁體中文", "zh-CN": "简体中文", en: "English" };

/** The key that makes shortcuts work while somebody types. */
export const COMMAND = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

export type TextKey = keyof Texts;

export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return fill(CATALOGUE[locale.value][key], values);
}

/** What a customer is called; a code alone would say nothing. */
export const customerWord = ({ contact, named }: Row): string => (named ? contact : t("visitor", { code: contact }));

export const intentWord = (name: string): string => termIn(INTENTS, name, locale.value);
export const reasonWord = (name: string): string => termIn(REASONS, name, locale.value);
export const decisionWord = (name: string): string => termIn(DECISIONS, name, locale.value);
export const entityWord = (name: string): string => termIn(ENTITIES, name, locale.value);
export const languageWord = (name: string): string => termIn(LANGUAGES, name, locale.value);
export const percent = (part: number): string => `${Math.round(part * 100)} %`;

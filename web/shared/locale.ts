/** The languages every text is written in. */
export const LOCALES = ["zh-TW", "zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

/** What each calls itself where customers choose one. */
export const SHORT_NAMES: Record<Locale, string> = { "zh-TW": "繁體", "zh-CN": "简体", en: "English" };

/** The language of a BCP 47 tag, or null where we do not speak it. */
export function localeOf(tag: string | null | undefined): Locale | null {
  const lower = (tag ?? "").toLowerCase();
  if (/^zh-(hant|tw|hk|mo)/.test(lower)) return "zh-TW";
  if (lower.startsWith("zh")) return "zh-CN";
  return lower.startsWith("en") ? "en" : null;
}

/** Puts values into `{name}` places. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

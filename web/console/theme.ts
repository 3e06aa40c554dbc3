import { effect } from "@preact/signals";
import { theme } from "./preferences";

const DARK = /prefers-color-scheme:\s*dark/;

/** Follows the agent's choice of light and dark; the tokens know the system's wish alone. */
export function followTheme(): void {
  const rules = darkRules();
  effect(() => {
    const chosen = theme.value;
    document.documentElement.style.colorScheme = chosen === "auto" ? "" : chosen;
    const condition = { auto: "(prefers-color-scheme: dark)", light: "not all", dark: "all" }[chosen];
    rules.forEach((rule) => (rule.media.mediaText = condition));
  });
}

function darkRules(): CSSMediaRule[] {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules.filter((rule) => rule instanceof CSSMediaRule && DARK.test(rule.conditionText)) as CSSMediaRule[];
}

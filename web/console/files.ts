import { locale, t } from "./words";

const STEP = 1000;

/** `640 KB`, `2.4 MB`. */
export function sizeWord(bytes: number): string {
  if (bytes < STEP) return t("bytes", { n: bytes });
  const [value, unit] = bytes < STEP * STEP ? [bytes / STEP, "KB"] : [bytes / STEP / STEP, "MB"];
  return `${value.toLocaleString(locale.value, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

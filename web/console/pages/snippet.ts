import type { Installation } from "../../generated/console";

/** What the shop chose; empty means the widget decides. */
export interface Wishes {
  accent: string;
  position: "" | "left" | "right";
  theme: "" | "light" | "dark";
  locale: "" | "zh-TW" | "zh-CN" | "en";
}

export const ENOUGH_CONTRAST = 4.5;
const HEX = /^#[0-9a-f]{6}$/i;

export const isColour = (text: string): boolean => HEX.test(text);

/** The tag to put into a page. */
export function snippet({ address, accent }: Installation, wishes: Wishes): string {
  const script = new URL("/widget.js", address || location.origin).href;
  const own = { ...wishes, accent: wishes.accent.toLowerCase() === accent.toLowerCase() ? "" : wishes.accent };
  const data = Object.entries(own).filter(([name, value]) => value && (name !== "accent" || isColour(value)));
  const attributes = data.map(([name, value]) => ` data-${name}="${value}"`).join("");
  return `<script src="${script}" defer${attributes}></script>`;
}

/** The origin of an address somebody typed; null where it is none. */
export function originOf(typed: string): string | null {
  const address = typed.trim();
  if (!address) return null;
  try {
    const { origin, protocol } = new URL(/^https?:\/\//i.test(address) ? address : `https://${address}`);
    return /^https?:$/.test(protocol) ? origin : null;
  } catch {
    return null;
  }
}

export const isAllowed = (origin: string, { origins, address }: Installation): boolean =>
  origins.includes("*") || [...origins, new URL(address || location.origin).origin].includes(origin);

/** Contrast of two `#rrggbb` colours, 1–21, by WCAG 2.2. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** White or near black, whichever reads better on the colour. */
export function onColour(colour: string): string {
  return contrast(colour, "#ffffff") >= contrast(colour, "#1a1a1a") ? "#ffffff" : "#1a1a1a";
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

import type { Mention } from "../../generated/console";

/** A colleague as far as calling them goes. */
export interface Called {
  readonly id: number;
  readonly name: string;
}

/** As in `handoff/mentioning.py`: a name begins behind an @ that is no part of an address, and ends as a whole. */
const LATIN = "0-9A-Za-z\\u00c0-\\u024f";
const ENDS_LATIN = new RegExp(`[${LATIN}]$`);
const STARTED = new RegExp(`(?:^|[^${LATIN}._-])[@＠]((?:[^\\s@＠]{1,40}(?: [^\\s@＠]{0,40}){0,2})?)$`, "u");

/** What is typed behind an @ right before the caret; null where nobody is being called. */
export function startedIn(text: string): string | null {
  return STARTED.exec(text)?.[1] ?? null;
}

/** Those whose names are called in the text; of one name, all who have it. */
export function calls(text: string, colleagues: readonly Called[]): Mention[] {
  const called = split(text, colleagues.map(({ name }) => name)).filter((_, index) => index % 2);
  const found = new Set(called.map((piece) => piece.slice(1)));
  return colleagues.filter(({ name }) => found.has(name)).map(({ id, name }) => ({ agent_id: id, name }));
}

/** The text in pieces: between, called, between, called, … */
export function split(text: string, names: readonly string[]): string[] {
  if (!names.length) return [text];
  const longestFirst = [...new Set(names)].sort((one, other) => other.length - one.length);
  return text.split(new RegExp(`(?<![${LATIN}._-])([@＠](?:${longestFirst.map(whole).join("|")}))`, "u"));
}

function whole(name: string): string {
  const plain = name.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
  return ENDS_LATIN.test(name) ? `${plain}(?![${LATIN}])` : plain;
}

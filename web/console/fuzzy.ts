/** How well `wanted` fits `text`: its letters in this order, together and at word starts best. Null: not at all. */
export function fit(wanted: string, text: string): number | null {
  const needle = fold(wanted);
  const hay = fold(text);
  if (!needle) return 0;
  const whole = hay.indexOf(needle);
  if (whole >= 0) return 100 - Math.min(whole, 40) + (startsWord(hay, whole) ? 20 : 0);
  return scattered(needle, hay);
}

/** The items that fit, best first; with nothing wanted all of them as they stand. */
export function rank<Item>(wanted: string, items: readonly Item[], textsOf: (item: Item) => readonly string[]): Item[] {
  if (!wanted.trim()) return [...items];
  const scored = items.flatMap((item) => {
    const scores = textsOf(item).map((text) => fit(wanted, text)).filter((score) => score !== null);
    return scores.length ? [{ item, score: Math.max(...scores) }] : [];
  });
  return scored.sort((one, other) => other.score - one.score).map(({ item }) => item);
}

function scattered(needle: string, hay: string): number | null {
  let score = 0;
  let from = 0;
  for (const letter of needle) {
    const at = hay.indexOf(letter, from);
    if (at < 0) return null;
    score += at === from ? 3 : startsWord(hay, at) ? 2 : 0;
    from = at + 1;
  }
  return score;
}

const startsWord = (text: string, at: number): boolean => at === 0 || /[\s\-_/]/.test(text[at - 1] ?? "");
const fold = (text: string): string => text.normalize("NFKC").toLowerCase().trim();

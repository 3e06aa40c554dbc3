/** A passage a search found, with the words that were looked for marked. */
export function Hit({ text, words }: { text: string; words: string }) {
  const wanted = words.split(/\s+/).filter(Boolean).map(escaped);
  if (!wanted.length) return <>{text}</>;
  const parts = text.split(new RegExp(`(${wanted.join("|")})`, "i"));
  return <>{parts.map((part, index) => (index % 2 ? <mark key={index}>{part}</mark> : part))}</>;
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

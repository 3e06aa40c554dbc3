// The small subset of Markdown messages may use, read into values; whoever shows it builds nodes, never HTML.

export interface Span {
  text: string;
  bold: boolean;
  href: string | null;
}

export type Block =
  | { kind: "paragraph"; lines: Span[][] }
  | { kind: "list"; ordered: boolean; start: number; items: Span[][] };

const URL_TEXT = String.raw`https?:\/\/[\w\-.~:/?#@!$&*+,;=%]*[\w\-~/#&=%]`;
const INLINE = new RegExp(String.raw`\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(${URL_TEXT})`, "g");
const BARE = new RegExp(`()()()(${URL_TEXT})`, "g");
const ITEM = /^\s*(?:(\d{1,3})[.)]|-)\s+(.*)$/;

/** Paragraphs and lists; a line break inside a paragraph stays one. */
export function readMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const line of text.split("\n")) {
    if (!line.trim()) {
      open = null;
      continue;
    }
    const next = continued(open, line);
    if (next !== open) blocks.push(next);
    open = next;
  }
  return blocks;
}

/** Plain text keeps its line breaks and empty lines; only bare addresses become links. */
export function readPlain(text: string): Block[] {
  return [{ kind: "paragraph", lines: text.split("\n").map((line) => spans(line, BARE)) }];
}

/** The same words without marks, for where Markdown is not read. */
export function toPlain(text: string): string {
  const words = (line: Span[]): string =>
    line.map(({ text, href }) => (href && href !== text ? `${text} ${href}` : text)).join("");
  const blocks = readMarkdown(text).map((block) => {
    if (block.kind === "paragraph") return block.lines.map(words).join("\n");
    return block.items.map((item, index) => `${block.ordered ? `${block.start + index}.` : "-"} ${words(item)}`).join("\n");
  });
  return blocks.join("\n\n");
}

/** The block `line` belongs to: the open one, grown by the line, or a new one. */
function continued(open: Block | null, line: string): Block {
  const item = ITEM.exec(line);
  if (item) return withItem(open, item[1] ?? null, item[2] ?? "");
  if (open?.kind === "list" && /^\s/.test(line)) {
    open.items.at(-1)?.push({ text: "\n", bold: false, href: null }, ...spans(line.trim(), INLINE));
    return open;
  }
  if (open?.kind === "paragraph") {
    open.lines.push(spans(line, INLINE));
    return open;
  }
  return { kind: "paragraph", lines: [spans(line, INLINE)] };
}

function withItem(open: Block | null, number: string | null, text: string): Block {
  const item = spans(text, INLINE);
  const ordered = number !== null;
  if (open?.kind === "list" && open.ordered === ordered) {
    open.items.push(item);
    return open;
  }
  return { kind: "list", ordered, start: Number(number ?? 1), items: [item] };
}

function spans(text: string, pattern: RegExp, bold = false): Span[] {
  const found: Span[] = [];
  let end = 0;
  const plain = (until: number): void => {
    if (until > end) found.push({ text: text.slice(end, until), bold, href: null });
  };
  for (const match of text.matchAll(pattern)) {
    const [whole, strong, label, href, bare] = match;
    plain(match.index);
    if (strong) found.push(...spans(strong, pattern, true));
    else found.push({ text: label || bare || "", bold, href: href || bare || null });
    end = match.index + whole.length;
  }
  plain(text.length);
  return found;
}

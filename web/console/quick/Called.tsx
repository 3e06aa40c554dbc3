import type { ConsoleMessage } from "../../generated/console";
import { readPlain } from "../../shared/markdown";
import { me } from "../store";
import { split } from "./calls";

/** A note's words; whoever is called stands out, oneself most. */
export function Called({ message: { text, mentions = [] } }: { message: ConsoleMessage }) {
  const own = mentions.find(({ agent_id }) => agent_id === me.value?.id)?.name;
  const names = mentions.map(({ name }) => name);
  const [block] = readPlain(text);
  if (block?.kind !== "paragraph") return null;
  return (
    <div class="words" dir="auto">
      <p>
        {block.lines.flatMap((line, index) => [
          index > 0 && <br />,
          ...line.flatMap(({ text: piece, href }) => (href ? [link(piece, href)] : called(piece, names, own))),
        ])}
      </p>
    </div>
  );
}

function called(text: string, names: readonly string[], own: string | undefined) {
  return split(text, names).map((piece, index) =>
    index % 2 ? (
      <span class={piece.slice(1) === own ? "called own" : "called"} data-testid="called" dir="auto">
        {piece}
      </span>
    ) : (
      piece
    ),
  );
}

function link(text: string, href: string) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}

import type { ComponentChildren } from "preact";
import { ALERT } from "../shared/icons";
import { type Block, readMarkdown, readPlain, type Span } from "../shared/markdown";
import { t } from "./words";

/** Small parts every page uses. */

export function Icon({ path, label }: { path: string; label?: string }) {
  const named = label ? ({ role: "img", "aria-label": label } as const) : ({ "aria-hidden": true } as const);
  return (
    <svg class="icon" viewBox="0 0 24 24" {...named}>
      {label && <title>{label}</title>}
      <path d={path} />
    </svg>
  );
}

export function Button(props: {
  testId: string;
  onClick: () => void;
  class?: string;
  label?: string;
  pressed?: boolean;
  disabled?: boolean;
  /** Shown beside the words. */
  keys?: string;
  /** A key told in the title alone, where there is no room. */
  hint?: string;
  children: ComponentChildren;
}) {
  const { testId, onClick, class: style = "plain", label, pressed, disabled, keys, hint, children } = props;
  return (
    <button
      type="button"
      class={`button ${style}`}
      data-testid={testId}
      aria-label={label}
      title={hint ? `${label} (${hint})` : label}
      aria-pressed={pressed}
      aria-keyshortcuts={keys ?? hint}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
      {keys && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}

/** The mark of who speaks: a drawn face for the assistant, an initial for people. */
export function Mark({ name, icon, human }: { name: string; icon?: string; human?: boolean }) {
  return (
    <span class={human ? "mark human" : "mark"} aria-hidden="true">
      {icon ? <Icon path={icon} /> : ([...name][0] ?? "·").toUpperCase()}
    </span>
  );
}

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** What to show instead of content: nothing there, or nothing came. */
export function Blank(props: { icon: string; title: string; hint: string; retry?: () => void; children?: ComponentChildren }) {
  const { icon, title, hint, retry, children } = props;
  return (
    <div class="blank">
      <Icon path={icon} />
      <p class="blank-title">{title}</p>
      <p>{hint}</p>
      {retry && (
        <Button testId="try-again" class="quiet" onClick={retry}>
          {t("try_again")}
        </Button>
      )}
      {children}
    </div>
  );
}

export function Failure({ title, retry }: { title: string; retry: () => void }) {
  return <Blank icon={ALERT} title={title} hint={t("nothing_lost")} retry={retry} />;
}

/** Grey lines in place of text; they appear only when loading takes longer than 300 ms. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index}>
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}

/** Text of a message as nodes, in the direction it is written in. */
export function Words({ text, markdown }: { text: string; markdown: boolean }) {
  const blocks = markdown ? readMarkdown(text) : readPlain(text);
  return (
    <div class="words" dir="auto">
      {blocks.map((block, index) => (
        <WordsBlock key={index} block={block} />
      ))}
    </div>
  );
}

function WordsBlock({ block }: { block: Block }) {
  if (block.kind === "paragraph") {
    return <p>{block.lines.flatMap((line, index) => [index > 0 && <br />, ...line.map(spanNode)])}</p>;
  }
  const rows = block.items.map((item, index) => <li key={index}>{item.map(spanNode)}</li>);
  return block.ordered ? <ol start={block.start}>{rows}</ol> : <ul>{rows}</ul>;
}

function spanNode({ text, bold, href }: Span) {
  const node = href ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  ) : (
    text
  );
  return bold ? <strong>{node}</strong> : node;
}

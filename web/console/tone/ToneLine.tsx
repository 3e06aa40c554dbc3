import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import type { ToneFinding } from "../../generated/console";
import type { Locale } from "../../shared/locale";
import { Button } from "../parts";
import { locale } from "../words";
import { firstOf, named, takeAll, useTone } from "./check";
import "./tone.css";
import { w } from "./texts";

const TAKE = "Alt+Enter";
const KEEP = "Alt+Shift+Enter";

/** One remark at a time under a box in which words for customers are written; it never keeps anybody from sending. */
export function ToneLine(props: {
  box: RefObject<HTMLTextAreaElement | null>;
  /** Names the draft, so that what was to stay is remembered while one looks at others. */
  of: string | number;
  text: string;
  reader: Locale | null;
  /** Places such as `{agent}` stay: somebody else fills them later. */
  places?: boolean;
}) {
  const { box, of, text, reader } = props;
  const { findings, keep } = useTone(String(of), text, reader ?? locale.value);
  const alike = props.places ? firstOf(findings) : firstOf(findings).map(named);
  const first = alike[0];
  const acting = useRef<(event: KeyboardEvent) => void>(() => undefined);
  acting.current = (event) => {
    if (!first || event.key !== "Enter" || !event.altKey || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    if (event.shiftKey) keep(first);
    else takeAll(box, alike);
  };
  useEffect(() => {
    const element = box.current;
    const keyed = (event: KeyboardEvent): void => acting.current(event);
    element?.addEventListener("keydown", keyed);
    return () => element?.removeEventListener("keydown", keyed);
  }, []);
  const leave = (one: ToneFinding): void => {
    keep(one);
    box.current?.focus();
  };
  return (
    <div class={first ? "tone" : "unseen"} role="group" aria-label={w("label")}>
      <p role="status" data-testid="tone" data-kind={first?.kind}>
        {first && (
          <>
            <b dir="auto">{told(first)}</b> {first.why} {first.hint && <span dir="auto">{w("hint", { hint: first.hint })}</span>}
          </>
        )}
      </p>
      {first && (
        <span class="tone-verbs">
          {findings.length > alike.length && <small>{w("more", { n: findings.length - alike.length })}</small>}
          {first.say !== null && (
            <Button testId="tone-take" class="quiet" label={`${w("take")} (${TAKE})`} onClick={() => takeAll(box, alike)}>
              {w("take")}
            </Button>
          )}
          <Button testId="tone-keep" label={`${w("keep")} (${KEEP})`} onClick={() => leave(first)}>
            {w("keep")}
          </Button>
        </span>
      )}
    </div>
  );
}

function told({ words, say }: ToneFinding): string {
  if (say === null) return w("anew", { words: short(words) });
  return w(say ? "say" : "leave_out", { words: short(words), say: short(say) });
}

/** A whole sentence that is found need not be read twice. */
const short = (words: string): string => (words.length > 40 ? `${words.slice(0, 38)}…` : words);

import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RefObject } from "preact";
import type { ToneCheck, ToneFinding, ToneFindings } from "../../generated/console";
import { fill, type Locale } from "../../shared/locale";
import { call } from "../api";
import { explain } from "../problems";
import { me } from "../store";
import { locale } from "../words";

/** A pause in the typing after which words are looked at. */
const PAUSE_MS = 600;

type Box = RefObject<HTMLTextAreaElement | null>;

/** What is to stay as it is, by draft; it is forgotten when the draft is. */
const kept = signal<Readonly<Record<string, readonly string[]>>>({});

/** What would better be said otherwise in a draft, but for what was to stay; nothing where nobody can tell. */
export function useTone(draft: string, text: string, reader: Locale) {
  const found = useSignal<readonly ToneFinding[]>([]);
  const staying = kept.value[draft] ?? [];
  const stay = (names: readonly string[]): void => {
    kept.value = { ...kept.peek(), [draft]: names };
  };
  useEffect(() => {
    if (!text.trim()) {
      found.value = [];
      if (staying.length) stay([]);
      return undefined;
    }
    let current = true;
    const timer = setTimeout(async () => {
      const items = await judged({ text, reader, writer: locale.peek() });
      if (current && items) found.value = items;
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, reader, locale.value]);
  const findings = found.value.filter((one) => stands(one, text) && !staying.includes(nameOf(one)));
  return { findings, keep: (one: ToneFinding) => stay([...staying, nameOf(one)]) };
}

/** The first of them with all that say the same of the same words: they are one remark. */
export function firstOf(findings: readonly ToneFinding[]): readonly ToneFinding[] {
  return findings.filter((one) => nameOf(one) === nameOf(findings[0]!));
}

/** The last first: what stands before it stays where it is. */
export function takeAll(box: Box, findings: readonly ToneFinding[]): void {
  [...findings].reverse().forEach((one) => take(box, one));
}

/** Puts the better words in their place as if they were typed, so that the browser can undo it; the caret stays. */
function take(box: Box, { start, end, say }: ToneFinding): void {
  const element = box.current;
  if (!element || say === null) return;
  const caret = element.selectionEnd;
  element.focus();
  element.setSelectionRange(start, end);
  if (!document.execCommand(say ? "insertText" : "delete", false, say)) {
    element.setRangeText(say);
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const after = caret >= end ? caret + say.length - (end - start) : Math.min(caret, start + say.length);
  element.setSelectionRange(after, after);
}

async function judged(words: ToneCheck): Promise<readonly ToneFinding[] | null> {
  try {
    return (await call<ToneFindings>("POST", "tone", words)).items;
  } catch (error) {
    explain(error);
    return null;
  }
}

/** Whoever types on may have changed what was found. */
const stands = ({ start, end, words }: ToneFinding, text: string): boolean => text.slice(start, end) === words;

/** The shop's closing may have the agent's name in it. */
export const named = (one: ToneFinding): ToneFinding =>
  one.say === null ? one : { ...one, say: fill(one.say, { agent: me.peek()?.name ?? "{agent}" }) };

const nameOf = ({ kind, words }: ToneFinding): string => `${kind} ${words}`;

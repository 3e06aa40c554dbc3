import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Colleague } from "../../generated/console";
import { rank } from "../fuzzy";
import { colleagues, me } from "../store";
import { t } from "../words";
import { startedIn } from "./calls";
import { awayOf, calledIn, pick } from "./mentions";
import { w } from "./words";

const LIST = "calling-list";
const MOST = 8;
const ORDER = { online: 0, away: 1, offline: 2 } as const;

interface Props {
  box: RefObject<HTMLTextAreaElement | null>;
  text: string;
  write: (text: string) => void;
}

/** Colleagues to call behind an @ in a note, and a word on who is not there. */
export function Calling({ box, text, write }: Props) {
  const wanted = useSignal<string | null>(null);
  const chosen = useSignal(0);
  const caret = useRef<number | null>(null);
  const found = wanted.value === null ? [] : fitting(wanted.value);
  const away = awayOf(calledIn(text));

  const insert = ({ id, name }: Colleague): void => {
    const element = box.current;
    if (!element) return;
    const end = element.selectionStart;
    const before = element.value.slice(0, end).replace(/[@＠][^@＠]*$/u, `@${name} `);
    pick({ id, name });
    wanted.value = null;
    caret.current = before.length;
    write(before + element.value.slice(end).replace(/^ /, ""));
    element.focus();
  };
  // Before the next key: it would be written at the end.
  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });

  /** The newest of everything, for listeners that stay. */
  const now = useRef({ found, insert });
  now.current = { found, insert };
  useEffect(() => listen(box.current!, wanted, chosen, now), []);
  useEffect(() => describe(box.current, found.length ? optionId(chosen.value) : null), [found.length, chosen.value]);

  return (
    <>
      {found.length > 0 && (
        <div class="canned" data-testid="calling-list">
          <ul id={LIST} role="listbox" aria-label={w("call")}>
            {found.map((colleague, index) => (
              <Line key={colleague.id} colleague={colleague} index={index} chosen={index === chosen.value} insert={insert} />
            ))}
          </ul>
        </div>
      )}
      <p class="calling-away" role="status" data-testid="calling-away">
        {away}
      </p>
    </>
  );
}

interface LineProps {
  colleague: Colleague;
  index: number;
  chosen: boolean;
  insert: (colleague: Colleague) => void;
}

function Line({ colleague, index, chosen, insert }: LineProps) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <li
      ref={line}
      id={optionId(index)}
      class="calling"
      role="option"
      aria-selected={chosen}
      data-testid="calling-option"
      onMouseDown={(event) => {
        event.preventDefault();
        insert(colleague);
      }}
    >
      <i class={`dot ${colleague.availability}`} aria-hidden="true" />
      <b dir="auto">{colleague.name}</b>
      <span class="quiet">{t(`availability_${colleague.availability}`)}</span>
    </li>
  );
}

/** Before the composer's own keys: who chooses a name does not leave the box. */
function listen(
  element: HTMLTextAreaElement,
  wanted: { value: string | null },
  chosen: { value: number },
  now: { current: { found: readonly Colleague[]; insert: (colleague: Colleague) => void } },
): () => void {
  const look = (): void => {
    wanted.value = startedIn(element.value.slice(0, element.selectionStart));
    chosen.value = 0;
  };
  const leave = (): void => {
    wanted.value = null;
  };
  const keyed = (event: KeyboardEvent): void => {
    const { found, insert } = now.current;
    if (event.isComposing || !found.length || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) chosen.value = (chosen.value + step + found.length) % found.length;
    else if (event.key === "Escape") leave();
    else if (event.key === "Enter" || event.key === "Tab") insert(found[chosen.value]!);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  element.addEventListener("input", look);
  element.addEventListener("blur", leave);
  element.addEventListener("keydown", keyed, true);
  return () => {
    element.removeEventListener("input", look);
    element.removeEventListener("blur", leave);
    element.removeEventListener("keydown", keyed, true);
    describe(element, null);
  };
}

/** Tells who cannot see it which name is chosen. */
function describe(element: HTMLTextAreaElement | null, option: string | null): void {
  if (!element) return;
  element.toggleAttribute("aria-autocomplete", false);
  if (option === null) {
    element.removeAttribute("aria-controls");
    element.removeAttribute("aria-activedescendant");
    return;
  }
  element.setAttribute("aria-autocomplete", "list");
  element.setAttribute("aria-controls", LIST);
  element.setAttribute("aria-activedescendant", option);
}

/** Those who are there come first. */
function fitting(wanted: string): Colleague[] {
  const others = colleagues.value.filter(({ id }) => id !== me.value?.id);
  const there = others.sort((one, other) => ORDER[one.availability] - ORDER[other.availability]);
  return rank(wanted, there, ({ name }) => [name]).slice(0, MOST);
}

const optionId = (index: number): string => `${LIST}-${index}`;

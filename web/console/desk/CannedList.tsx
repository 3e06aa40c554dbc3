import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import { filled, offers, type Offer } from "../canned";
import { addressOfPage } from "../route";
import { can, canned as known, type Thread } from "../store";
import { languageWord, t } from "../words";

const LIST = "canned-list";
const MOST = 8;
const SLASH = /(?:^|\s)\/([\p{L}\p{N}-]*)$/u;
const PLACE = /\{\w+\}/;

/** What was typed behind a slash at the end of `text`; null where there is none. */
export function slashIn(text: string): string | null {
  return SLASH.exec(text)?.[1] ?? null;
}

export type Canned = ReturnType<typeof useCanned>;

/** The list behind a slash in the composer: what it shows, and the keys it takes. */
export function useCanned(thread: Thread, box: RefObject<HTMLTextAreaElement | null>, write: (text: string) => void) {
  const wanted = useSignal<string | null>(null);
  const chosen = useSignal(0);
  const found = wanted.value === null ? [] : offers(wanted.value, thread).slice(0, MOST);
  const selected = useRef<[number, number] | null>(null);
  useEffect(() => {
    if (!selected.current) return;
    box.current?.setSelectionRange(...selected.current);
    selected.current = null;
  });

  const look = (words: string | null): void => {
    wanted.value = words;
    chosen.value = 0;
  };
  const insert = (offer: Offer): void => {
    const element = box.current;
    if (!element) return;
    const end = Math.max(element.selectionStart, 0);
    const before = element.value.slice(0, end).replace(/\/[\p{L}\p{N}-]*$/u, "");
    const text = filled(offer.text, thread);
    selected.current = afterwards(before.length, text);
    look(null);
    write(before + text + element.value.slice(end));
    element.focus();
  };
  const keyed = (event: KeyboardEvent): boolean => {
    if (wanted.value === null || event.ctrlKey || event.metaKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) chosen.value = (chosen.value + step + found.length) % found.length;
    else if (event.key === "Escape") look(null);
    else if ((event.key === "Enter" || event.key === "Tab") && found[chosen.value]) insert(found[chosen.value]!);
    else return false;
    event.preventDefault();
    return true;
  };

  return {
    found,
    wanted: wanted.value,
    chosen: chosen.value,
    insert,
    keyed,
    open: () => look(""),
    close: () => look(null),
    typed: (element: HTMLTextAreaElement) => look(slashIn(element.value.slice(0, element.selectionStart))),
    aria: {
      "aria-autocomplete": "list" as const,
      ...(found.length > 0 && { "aria-controls": LIST, "aria-activedescendant": optionId(chosen.value) }),
    },
  };
}

export function CannedList({ canned }: { canned: Canned }) {
  if (canned.wanted === null) return null;
  return (
    <div class="canned" data-testid="canned-list">
      <ul id={LIST} role="listbox" aria-label={t("key_canned")}>
        {canned.found.map((offer, index) => (
          <OfferLine key={offer.canned.id} offer={offer} index={index} canned={canned} />
        ))}
      </ul>
      {!canned.found.length && (
        <p class="quiet">
          {t(known.value?.length ? "canned_none_fits" : "canned_none")}{" "}
          {can("canned") && (
            <a href={addressOfPage("canned")} onMouseDown={(event) => event.preventDefault()}>
              {t("canned_edit")}
            </a>
          )}
        </p>
      )}
    </div>
  );
}

function OfferLine({ offer, index, canned }: { offer: Offer; index: number; canned: Canned }) {
  const line = useRef<HTMLLIElement>(null);
  const chosen = index === canned.chosen;
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <li
      ref={line}
      id={optionId(index)}
      role="option"
      aria-selected={chosen}
      data-testid="canned-option"
      onMouseDown={(event) => {
        event.preventDefault();
        canned.insert(offer);
      }}
    >
      <span class="canned-name">
        <b>/{offer.canned.shortcut}</b> {offer.canned.title}
        <span class="quiet">{languageWord(offer.language)}</span>
      </span>
      <span class="canned-text" lang={offer.language} dir="auto">
        {offer.text}
      </span>
    </li>
  );
}

/** Where the caret goes: onto the first place that could not be filled, else behind the words. */
function afterwards(start: number, text: string): [number, number] {
  const place = PLACE.exec(text);
  if (!place) return [start + text.length, start + text.length];
  return [start + place.index, start + place.index + place[0].length];
}

const optionId = (index: number): string => `${LIST}-${index}`;

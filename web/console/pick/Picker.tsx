import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../parts";
import { picker } from "../store";
import { t } from "../words";

/** One line to choose. `stays` keeps the picker open after it. */
export interface Option {
  id: string;
  label: string;
  hint?: string;
  icon?: string;
  keys?: string;
  chosen?: boolean;
  stays?: boolean;
  run: () => void;
}

interface Props {
  title: string;
  placeholder: string;
  /** The lines for what was typed so far. */
  options: (typed: string) => readonly Option[];
  typed?: (words: string) => void;
  empty?: string;
  busy?: boolean;
  children?: ComponentChildren;
}

const LIST = "picker-list";

export function closePicker(): void {
  picker.value = null;
}

/** A box to type in and a list to choose from, all by keyboard: the one form of every choice. */
export function Picker({ title, placeholder, options, typed, empty, busy, children }: Props) {
  const words = useSignal("");
  const at = useSignal(0);
  const lines = options(words.value);
  const chosen = Math.min(at.value, lines.length - 1);

  const take = (option: Option | undefined): void => {
    if (!option) return;
    if (!option.stays) closePicker();
    else words.value = "";
    option.run();
  };
  const keyed = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && lines.length) at.value = (chosen + step + lines.length) % lines.length;
    else if (event.key === "Enter") take(lines[chosen]);
    else return;
    event.preventDefault();
  };
  const changed = (text: string): void => {
    words.value = text;
    at.value = 0;
    typed?.(text);
  };

  return (
    <Sheet title={title}>
      <input
        class="picker-box"
        data-testid="picker-box"
        role="combobox"
        aria-expanded
        aria-controls={LIST}
        aria-label={title}
        aria-autocomplete="list"
        {...(lines.length > 0 && { "aria-activedescendant": optionId(chosen) })}
        autocomplete="off"
        maxLength={200}
        placeholder={placeholder}
        value={words.value}
        onInput={(event) => changed(event.currentTarget.value)}
        onKeyDown={keyed}
      />
      <ul id={LIST} class="picker-list" role="listbox" aria-label={title} aria-busy={busy}>
        {lines.map((option, index) => (
          <Line key={option.id} option={option} index={index} chosen={index === chosen} take={() => take(option)} />
        ))}
      </ul>
      {!lines.length && !busy && <p class="picker-empty">{empty ?? t("nothing_fits")}</p>}
      {children}
    </Sheet>
  );
}

/** The dialog around it. */
export function Sheet({ title, children }: { title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="picker"
      ref={dialog}
      aria-label={title}
      data-testid="picker"
      onClose={closePicker}
      onClick={(event) => event.target === dialog.current && closePicker()}
    >
      <div class="picker-inside">{children}</div>
    </dialog>
  );
}

function Line({ option, index, chosen, take }: { option: Option; index: number; chosen: boolean; take: () => void }) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const { id, label, hint, icon, keys, chosen: marked } = option;
  return (
    <li ref={line} id={optionId(index)} role="option" aria-selected={chosen} data-testid="option" data-id={id} onClick={take}>
      <span class="picker-icon">{icon && <Icon path={icon} />}</span>
      <span class="picker-label" dir="auto">
        {label}
        {marked && <span class="picker-mark">{t("chosen")}</span>}
      </span>
      {hint && (
        <span class="picker-hint" dir="auto">
          {hint}
        </span>
      )}
      {keys && <kbd>{keys}</kbd>}
    </li>
  );
}

const optionId = (index: number): string => `${LIST}-${index}`;

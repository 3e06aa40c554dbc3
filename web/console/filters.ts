import { batch, signal } from "@preact/signals";
import type { Filter, View } from "./api";
import { filter, NO_FILTER, view } from "./store";

/** How often a view was asked for, also the one that is there already. */
export const viewAsked = signal(0);

/** Narrows the list; what is not named stays as it was. */
export function narrow(change: Partial<Filter>): void {
  const next = { ...filter.peek(), ...change };
  filter.value = Object.values(next).some(Boolean) ? next : NO_FILTER;
}

export function widen(): void {
  filter.value = NO_FILTER;
}

/** Words are looked for everywhere; whoever asks for a view has done with them. */
export function showView(name: View): void {
  batch(() => {
    narrow({ q: "" });
    view.value = name;
    viewAsked.value++;
  });
}

/** From a command: the whole view, whatever was filtered before. */
export function showWholeView(name: View): void {
  batch(() => {
    widen();
    view.value = name;
    viewAsked.value++;
  });
}

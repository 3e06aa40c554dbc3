import type { Command } from "../commands";
import { openPage } from "../route";
import { can, isFiltered, page, picker, type QuickPicker } from "../store";
import { t } from "../words";
import { resolveAll, take } from "./bulk";
import { shown } from "./mentions";
import { current, openArrange, saved, use } from "./saved";
import { chooseShown, chosen, clear, currentRow, extendTo, isActive, toggle } from "./selection";
import { w } from "./words";

/** What this folder adds to the table: to select, the same keys for all that is selected, mentions, filters by name. */
export function commands(): readonly Command[] {
  return [...selecting, ...many, ...others, ...among, ...byName()];
}

/** On a phone an open conversation stands over the list; what nobody sees is not acted on. */
const isVisible = (): boolean => page.value === "desk" && Boolean(document.querySelector<HTMLElement>(".list-pane")?.offsetWidth);
const onList = (): boolean => can("work") && !shown.value && isVisible();
const overList = (): boolean => shown.value && isVisible();
const some = (): boolean => onList() && chosen.value.size > 0;
const open = (name: QuickPicker) => (): void => {
  picker.value = name;
};
const counted = (what: string): string => w("many", { what, n: chosen.value.size });

const selecting: readonly Command[] = [
  { id: "choose", label: () => w("key_choose"), keys: "x", needs: "work", may: () => onList() && currentRow() !== null, run: () => toggle(currentRow()!), quiet: true },
  { id: "choose_to", label: () => w("key_choose_to"), keys: "X", needs: "work", may: () => onList() && currentRow() !== null, run: () => extendTo(currentRow()!), quiet: true },
  { id: "choose_all", label: () => w("key_choose_all"), keys: "* a", needs: "work", may: onList, run: chooseShown },
  { id: "choose_none", label: () => w("none"), keys: "Escape", needs: "work", may: () => isActive() && isVisible(), run: clear, within: true },
];

/** While the mentions stand in place of the list, its keys are theirs. */
const among: readonly Command[] = [
  { id: "next_mention", label: "key_next", keys: "j", may: overList, run: () => step(1), quiet: true, within: true },
  { id: "previous_mention", label: "key_previous", keys: "k", may: overList, run: () => step(-1), quiet: true, within: true },
  { id: "leave_mentions", label: "back", keys: "Escape", may: overList, run: () => (shown.value = false), quiet: true, within: true },
];

const many: readonly Command[] = [
  { id: "many_claim", label: () => counted(t("claim")), keys: "c", may: some, run: () => void take({ do: "claim" }), within: true },
  { id: "many_resolve", label: () => counted(t("resolve")), keys: "e", may: some, run: resolveAll, within: true },
  { id: "many_snooze", label: () => counted(t("snooze")), keys: "s", may: some, run: open("many_snooze"), within: true },
  { id: "many_transfer", label: () => counted(t("transfer")), keys: "t", may: some, run: open("many_transfer"), within: true },
  { id: "many_priority", label: () => counted(t("change_priority")), keys: "p", may: some, run: open("many_priority"), within: true },
  { id: "many_tag", label: () => counted(w("add_tag")), keys: "l", may: some, run: open("many_tag"), within: true },
];

const others: readonly Command[] = [
  { id: "mentions", label: () => w("mentions"), keys: "g n", needs: "work", may: () => can("work"), run: openMentions },
  { id: "keep_filter", label: () => w("keep"), keys: "", may: () => isFiltered.value && !current.value, run: open("keep_filter") },
  { id: "saved_filters", label: () => w("manage"), keys: "", may: () => (saved.value ?? []).length > 0, run: openArrange },
];

function byName(): Command[] {
  return (saved.value ?? []).map((one) => ({
    id: `filter-${one.id}`,
    label: () => w("use", { name: one.name }),
    keys: "",
    may: () => true,
    run: () => use(one),
  }));
}

function step(by: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>('[data-testid="mention"]')];
  const at = all.findIndex((one) => one === document.activeElement);
  all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
}

function openMentions(): void {
  if (page.peek() !== "desk") openPage("desk");
  shown.value = true;
}

import type { Command } from "../commands";
import { openPage } from "../route";
import { can, isFiltered, page, picker, type QuickPicker } from "../store";
import { t } from "../words";
import { take } from "./bulk";
import { shown } from "./mentions";
import { current, openArrange, saved, use } from "./saved";
import { chooseShown, chosen, clear, currentRow, extendTo, isActive, toggle } from "./selection";
import { w } from "./words";

/** What this folder adds to the table: to select, the same keys for all that is selected, mentions, filters by name. */
export function commands(): readonly Command[] {
  return [...selecting, ...many, ...others, ...byName()];
}

const onList = (): boolean => page.value === "desk" && can("work") && !shown.value;
const some = (): boolean => onList() && chosen.value.size > 0;
const open = (name: QuickPicker) => (): void => {
  picker.value = name;
};
const counted = (what: string): string => w("many", { what, n: chosen.value.size });

const selecting: readonly Command[] = [
  { id: "choose", label: () => w("key_choose"), keys: "x", may: () => onList() && currentRow() !== null, run: () => toggle(currentRow()!), quiet: true },
  { id: "choose_to", label: () => w("key_choose_to"), keys: "X", may: () => onList() && currentRow() !== null, run: () => extendTo(currentRow()!), quiet: true },
  { id: "choose_all", label: () => w("key_choose_all"), keys: "* a", may: onList, run: chooseShown },
  { id: "choose_none", label: () => w("none"), keys: "Escape", may: isActive, run: clear, within: true },
];

const many: readonly Command[] = [
  { id: "many_claim", label: () => counted(t("claim")), keys: "c", may: some, run: () => void take({ do: "claim" }), within: true },
  { id: "many_resolve", label: () => counted(t("resolve")), keys: "e", may: some, run: () => void take({ do: "resolve" }), within: true },
  { id: "many_snooze", label: () => counted(t("snooze")), keys: "s", may: some, run: open("many_snooze"), within: true },
  { id: "many_transfer", label: () => counted(t("transfer")), keys: "t", may: some, run: open("many_transfer"), within: true },
  { id: "many_priority", label: () => counted(t("change_priority")), keys: "p", may: some, run: open("many_priority"), within: true },
  { id: "many_tag", label: () => counted(w("add_tag")), keys: "l", may: some, run: open("many_tag"), within: true },
];

const others: readonly Command[] = [
  { id: "mentions", label: () => w("mentions"), keys: "g n", may: () => true, run: openMentions },
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

function openMentions(): void {
  if (page.peek() !== "desk") openPage("desk");
  shown.value = true;
}

import { PLUS, TAG } from "../../shared/icons";
import { rank } from "../fuzzy";
import { knownTags, openThread } from "../store";
import { setTags } from "../verbs";
import { t } from "../words";
import { type Option, Picker } from "./Picker";

const LONGEST = 40;
const MOST = 20;

/** Tags on and off; what is typed and not known yet becomes a new one. */
export function Tags() {
  const own = openThread.value?.row.tags ?? [];
  const toggle = (tag: string): void => {
    const kept = own.filter((other) => other !== tag);
    void setTags(own.includes(tag) ? kept : [...kept, tag].slice(-MOST));
  };
  const line = (tag: string): Option => ({
    id: tag,
    label: tag,
    icon: TAG,
    chosen: own.includes(tag),
    stays: true,
    run: () => toggle(tag),
  });
  const find = (typed: string): readonly Option[] => {
    const all = [...own, ...knownTags.value.filter((tag) => !own.includes(tag))];
    const fresh = typed.trim().toLowerCase().slice(0, LONGEST);
    const found = rank(typed, all, (tag) => [tag]).map(line);
    if (!fresh || all.includes(fresh)) return found;
    return [...found, { ...line(fresh), id: "new", icon: PLUS, label: t("new_tag", { name: fresh }) }];
  };
  return <Picker title={t("change_tags")} placeholder={t("tags_placeholder")} options={find} empty={t("tags_none")} />;
}

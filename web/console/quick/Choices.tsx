import { PLUS, TAG } from "../../shared/icons";
import { rank } from "../fuzzy";
import { Articles } from "../pick/Articles";
import { type Option, Picker } from "../pick/Picker";
import { Priorities } from "../pick/Priorities";
import { Snooze } from "../pick/Snooze";
import { Tags } from "../pick/Tags";
import { Transfer } from "../pick/Transfer";
import { knownTags, picker } from "../store";
import { t } from "../words";
import { take } from "./bulk";
import { Arrange } from "./Arrange";
import { Keep } from "./Keep";
import { w } from "./words";

const LONGEST = 40;

/** What is asked before a step, on the open conversation or on many, and about filters. */
export function Choices() {
  switch (picker.value) {
    case "snooze":
      return <Snooze />;
    case "transfer":
      return <Transfer />;
    case "priority":
      return <Priorities />;
    case "tags":
      return <Tags />;
    case "articles":
      return <Articles />;
    case "many_snooze":
      return <Snooze set={(until) => take({ do: "snooze", until: until.toISOString() })} />;
    case "many_transfer":
      return (
        <Transfer
          give={(to, note) => take({ do: "transfer", agent_id: to.agent, team_id: to.team, note: note.trim() || null })}
        />
      );
    case "many_priority":
      return <Priorities set={(priority) => take({ do: "priority", priority })} />;
    case "many_tag":
      return <OneTag />;
    case "keep_filter":
      return <Keep />;
    case "filters":
      return <Arrange />;
    default:
      return null;
  }
}

/** One more tag for all: one that somebody uses, or a new one. */
function OneTag() {
  const line = (tag: string): Option => ({ id: tag, label: tag, icon: TAG, run: () => void take({ do: "tag", tag }) });
  const find = (typed: string): readonly Option[] => {
    const fresh = typed.trim().toLowerCase().slice(0, LONGEST);
    const found = rank(typed, knownTags.value, (tag) => [tag]).map(line);
    if (!fresh || knownTags.value.includes(fresh)) return found;
    return [...found, { ...line(fresh), id: "new", icon: PLUS, label: t("new_tag", { name: fresh }) }];
  };
  return <Picker title={w("add_tag")} placeholder={t("tags_placeholder")} options={find} empty={t("tags_none")} />;
}

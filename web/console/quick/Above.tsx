import { Button, Icon } from "../parts";
import { can } from "../store";
import { Bar } from "./Bar";
import { AT, PICKS } from "./icons";
import { Goal, MentionList } from "./MentionList";
import { mentions, shown } from "./mentions";
import { SavedLine } from "./SavedLine";
import { clear, selecting } from "./selection";
import { followTouch } from "./touch";
import { w } from "./words";

followTouch();

/** What stands between search and list. */
export function Above() {
  return (
    <>
      <SavedLine />
      {!shown.value && <Bar />}
      {shown.value && <MentionList />}
      <Goal />
    </>
  );
}

/** Beside the search box. Only those who work are called, or have something to do with many. */
export function Tools() {
  if (!can("work")) return null;
  const unread = mentions.value?.unread ?? 0;
  const label = unread ? `${w("mentions")}: ${w("mentions_new", { n: unread })}` : w("mentions");
  return (
    <>
      <Button testId="mentions-open" class="plain tool" label={label} pressed={shown.value} onClick={() => (shown.value = !shown.value)}>
        <Icon path={AT} />
        {unread > 0 && <span class="tool-count">{unread > 99 ? "99+" : unread}</span>}
      </Button>
      <Button testId="select" label={w("select")} hint="x" pressed={selecting.value} onClick={() => (selecting.value ? clear() : begin())}>
        <Icon path={PICKS} />
      </Button>
    </>
  );
}

function begin(): void {
  shown.value = false;
  selecting.value = true;
}

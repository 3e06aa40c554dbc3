import { useEffect } from "preact/hooks";
import { CLOSE } from "../../shared/icons";
import type { Mentioned } from "../../generated/console";
import { Blank, Button, Failure, Icon, Skeleton } from "../parts";
import { addressOf } from "../route";
import { openId, openThread } from "../store";
import { shortMoment } from "../time";
import { t } from "../words";
import { AT } from "./icons";
import { failed, goal, load, mentions, shown } from "./mentions";
import { w } from "./words";

/** The notes in which one was called, in place of the conversations. */
export function MentionList() {
  useEffect(() => void load(), []);
  return (
    <section class="mentions" aria-label={w("mentions")} data-testid="mentions">
      <header>
        <h2>{w("mentions")}</h2>
        <Button testId="close-mentions" label={t("back")} onClick={() => (shown.value = false)}>
          <Icon path={CLOSE} />
        </Button>
      </header>
      <Content />
    </section>
  );
}

function Content() {
  const items = mentions.value?.items;
  if (!items) return failed.value ? <Failure title={w("mentions_failed")} retry={() => void load()} /> : <Skeleton rows={4} />;
  if (!items.length) return <Blank icon={AT} title={w("mentions_none")} hint={w("mentions_none_hint")} />;
  return (
    <ul>
      {items.map((one) => (
        <Line key={one.id} one={one} />
      ))}
    </ul>
  );
}

function Line({ one }: { one: Mentioned }) {
  const { conversation_id: conversation, seq, by, contact, named, text, at, read } = one;
  return (
    <li>
      <a
        class={read ? "mention" : "mention unread"}
        href={addressOf(conversation)}
        aria-current={openId.value === conversation}
        data-testid="mention"
        data-read={read}
        onClick={() => (goal.value = { conversation, seq })}
      >
        <span class="mention-line">
          {!read && <i class="mention-dot" role="img" aria-label={w("unread")} />}
          <b dir="auto">{by}</b>
          <span class="quiet" dir="auto">
            {named ? contact : t("visitor", { code: contact })}
          </span>
          <time dateTime={at}>{shortMoment(at)}</time>
        </span>
        <span class="mention-text" dir="auto">
          {text}
        </span>
      </a>
    </li>
  );
}

const LIT_MS = 1_600;

/** Brings the note that was asked for before the eyes once its conversation is drawn. */
export function Goal() {
  const wanted = goal.value;
  const there = wanted !== null && openThread.value?.row.id === wanted.conversation;
  useEffect(() => {
    if (!wanted || !there) return;
    goal.value = null;
    requestAnimationFrame(() => {
      const note = document.querySelector(`.transcript [data-seq="${wanted.seq}"]`);
      note?.scrollIntoView({ block: "center" });
      note?.classList.add("lit");
      setTimeout(() => note?.classList.remove("lit"), LIT_MS);
    });
  }, [wanted, there]);
  return null;
}

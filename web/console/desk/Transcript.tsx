import { Fragment } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useComputed, useSignal } from "@preact/signals";
import { DOWN } from "../../shared/icons";
import type { ConsoleMessage } from "../../generated/console";
import { Button, Icon } from "../parts";
import { customerTypes, seenNow } from "../presence";
import { readStates } from "../readstates";
import { endWanted, see } from "../seen";
import { outgoing, packetShown, type Thread } from "../store";
import { dayName } from "../time";
import { customerWord, t } from "../words";
import { Message } from "./Message";
import { OnTheWay } from "./OnTheWay";

const NEAR = 60;

/** The conversation so far. It follows the newest message unless the agent is reading further up. */
export function Transcript({ thread }: { thread: Thread }) {
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const height = useRef(0);
  const fresh = useSignal(false);
  const mine = outgoing.value.filter(({ conversation }) => conversation === thread.row.id);
  const newest = thread.messages.at(-1)?.seq ?? 0;
  const states = readStates(thread.messages, thread.row);
  const typing = useComputed(() => customerTypes(thread.row)).value;

  const toEnd = (): void => {
    follow.current = true;
    box.current?.scrollTo({ top: box.current.scrollHeight });
    atEnd();
  };
  /** What stands there is read, where anybody looks. */
  const atEnd = (): void => {
    fresh.value = false;
    if (seenNow.peek() && box.current?.clientHeight) see(thread.row.id, newest);
  };
  const scrolled = (): void => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    // The box has another height since: nobody has scrolled away.
    if (follow.current && clientHeight !== height.current) return;
    follow.current = scrollHeight - scrollTop - clientHeight < NEAR;
    if (follow.current) atEnd();
  };
  useLayoutEffect(() => {
    if (follow.current) toEnd();
    else fresh.value = true;
  }, [newest]);
  useLayoutEffect(() => {
    if (follow.current) atEnd();
  }, [seenNow.value, packetShown.value]);
  useLayoutEffect(toEnd, [endWanted.value]);
  // The box below grows, or a picture gets its size: who was at the end stays there.
  const stay = (): void => {
    height.current = box.current?.clientHeight ?? 0;
    if (follow.current) toEnd();
  };
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(stay);
    stay();
    if (box.current) sizes.observe(box.current);
    return () => sizes.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (mine.length) toEnd();
  }, [mine.length]);
  useLayoutEffect(() => {
    if (typing && follow.current) toEnd();
  }, [typing]);

  return (
    <div class="transcript-frame">
      <div
        class="transcript"
        ref={box}
        onScroll={scrolled}
        onLoadCapture={stay}
        role="log"
        tabIndex={0}
        aria-label={t("messages")}
        data-testid="transcript"
      >
        {thread.messages.map((message, index) => (
          <Fragment key={message.id}>
            <Separators message={message} before={thread.messages[index - 1]} />
            <Message
              message={message}
              first={startsGroup(message, thread.messages[index - 1])}
              contact={customerWord(thread.row)}
              language={thread.row.language ?? thread.contact.locale}
              state={states.get(message.seq)}
            />
          </Fragment>
        ))}
        {mine.map((words) => (
          <OnTheWay key={words.id} words={words} />
        ))}
        {typing && <Typing name={customerWord(thread.row)} />}
      </div>
      {fresh.value && (
        <Button testId="new-message" class="chip" onClick={toEnd}>
          <Icon path={DOWN} />
          {t("new_message")}
        </Button>
      )}
    </div>
  );
}

function Typing({ name }: { name: string }) {
  return (
    <p class="typing" data-testid="customer-typing">
      <i aria-hidden="true" />
      <i aria-hidden="true" />
      <i aria-hidden="true" />
      <span>{t("is_typing", { name })}</span>
    </p>
  );
}

function Separators({ message, before }: { message: ConsoleMessage; before: ConsoleMessage | undefined }) {
  const newDay = new Date(message.at).toDateString() !== new Date(before?.at ?? 0).toDateString();
  const newEpisode = before !== undefined && before.episode !== message.episode;
  return (
    <>
      {newEpisode && <p class="episode">{t("episode", { n: message.episode })}</p>}
      {newDay && <p class="day">{dayName(message.at)}</p>}
    </>
  );
}

function startsGroup(message: ConsoleMessage, before: ConsoleMessage | undefined): boolean {
  if (!before || before.kind === "activity" || before.decision) return true;
  const close = Date.parse(message.at) - Date.parse(before.at) < 5 * 60_000;
  return !close || before.author !== message.author || before.name !== message.name || before.private !== message.private;
}

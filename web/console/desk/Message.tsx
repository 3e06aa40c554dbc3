import { ALERT, BOT, CHECK, CHECKS, CLOCK, INFO, LOCK } from "../../shared/icons";
import type { ConsoleMessage, DeliveryView } from "../../generated/console";
import { Icon, Mark, Words } from "../parts";
import { quick } from "../quick";
import type { ReadState } from "../readstates";
import { momentWord } from "../snoozing";
import { teamWord } from "../teams";
import { clockTime } from "../time";
import { t } from "../words";
import { Files } from "./Files";
import { Reading } from "./Reading";

interface Props {
  message: ConsoleMessage;
  first: boolean;
  contact: string;
  /** What is spoken here; notes are in the agents' own. */
  language: string | null;
  state: ReadState | undefined;
}

/** One message, its author told apart by side, mark and name. */
export function Message({ message, first, contact, language, state }: Props) {
  const { author, seq, at, text, format, decision, buttons, files, deliveries } = message;
  if (message.kind === "activity") {
    return (
      <p class="activity" data-testid="activity" data-activity={message.activity} data-seq={seq}>
        {happened(message)} · <time dateTime={at}>{clockTime(at)}</time>
      </p>
    );
  }
  const style = message.private ? "note" : author;
  return (
    <article class={`message ${style}`} data-testid="message" data-author={author} data-seq={seq} data-private={message.private}>
      {first && <Author message={message} contact={contact} />}
      {files.length > 0 && <Files files={files} />}
      {message.quoted && (
        <blockquote class="quoted" data-testid="quoted" dir="auto">
          {message.quoted}
        </blockquote>
      )}
      {text && (
        <div class="bubble" lang={(!message.private && language) || undefined}>
          {message.mentions?.length && quick.value ? (
            <quick.value.Called message={message} />
          ) : (
            <Words text={text} markdown={format === "markdown"} />
          )}
        </div>
      )}
      {buttons.length > 0 && <p class="buttons">{t("shown_buttons", { labels: buttons.join(" · ") })}</p>}
      {deliveries.map((delivery) => (
        <Delivery key={delivery.destination} delivery={delivery} />
      ))}
      {state && <Read state={state} />}
      {decision && <Reading decision={decision} />}
    </article>
  );
}

function Author({ message, contact }: { message: ConsoleMessage; contact: string }) {
  const name = nameOf(message, contact);
  return (
    <header>
      <AuthorMark author={message.author} name={name} />
      <b dir="auto">{name}</b>
      {message.private && (
        <span class="note-mark">
          <Icon path={LOCK} /> {t("note_mark")}
        </span>
      )}
      <time dateTime={message.at}>{clockTime(message.at)}</time>
    </header>
  );
}

function AuthorMark({ author, name }: { author: ConsoleMessage["author"]; name: string }) {
  if (author === "bot") return <Mark name={name} icon={BOT} />;
  if (author === "system") return <Mark name={name} icon={INFO} />;
  return <Mark name={name} human={author === "agent"} />;
}

const READ_ICONS: Record<ReadState, string> = { sent: CHECK, delivered: CHECKS, seen: CHECKS };

/** How far the customer is with our words. */
function Read({ state }: { state: ReadState }) {
  return (
    <p class={`state ${state}`} data-testid="read-state" data-state={state}>
      <Icon path={READ_ICONS[state]} />
      {t(`state_${state}`)}
    </p>
  );
}

/** On the way to a place outside; what failed is said in full. */
function Delivery({ delivery }: { delivery: DeliveryView }) {
  const { destination, state, trouble, maybe_twice: twice } = delivery;
  const failed = state === "failed";
  const more = [failed && trouble, twice && t("maybe_twice")].filter(Boolean).join(" · ");
  return (
    <p class={failed ? "state failed" : "state"} data-testid="delivery" data-state={state}>
      <Icon path={failed ? ALERT : state === "sent" ? CHECK : CLOCK} />
      {t(`destination_${destination}`)}: {t(`delivery_${state}`)}
      {more && ` · ${more}`}
    </p>
  );
}

function happened({ activity, name, text, detail }: ConsoleMessage): string {
  if (!activity) return text;
  const who = name ?? t("somebody");
  const team = activity === "transferred" && detail?.startsWith("team:") && teamWord(detail.slice(5));
  if (team) return t("activity_to_team", { name: who, to: team });
  if (activity === "transferred" && !detail) return t("activity_to_queue", { name: who });
  if (activity === "rated") {
    const [score = "", ...words] = (detail ?? "").split(" ");
    return words.length ? t("activity_rated_words", { score, words: words.join(" ") }) : t("activity_rated", { score });
  }
  if (activity === "assigned" && detail) return t("activity_moved", { from: detail, to: who });
  if (activity === "reopened" && detail) return t("activity_came_back", { name: who });
  if (activity === "snoozed") return t("activity_snoozed", { name: who, time: detail ? momentWord(detail) : "" });
  return t(`activity_${activity}`, { name: who, to: detail ?? "" });
}

function nameOf({ author, name }: ConsoleMessage, contact: string): string {
  if (author === "contact") return contact;
  return name ?? (author === "agent" ? "" : t(`author_${author}`));
}

import { BOT, INFO, LOCK } from "../../shared/icons";
import type { ConsoleMessage } from "../../generated/console";
import { Icon, Mark, Words } from "../parts";
import { clockTime } from "../time";
import { t } from "../words";
import { Reading } from "./Reading";

/** One message, its author told apart by side, mark and name. */
export function Message({ message, first, contact }: { message: ConsoleMessage; first: boolean; contact: string }) {
  const { author, seq, at, text, format, decision, buttons } = message;
  if (message.kind === "activity") {
    return (
      <p class="activity" data-testid="activity" data-seq={seq}>
        {happened(message)} <time dateTime={at}>{clockTime(at)}</time>
      </p>
    );
  }
  const style = message.private ? "note" : author;
  return (
    <article class={`message ${style}`} data-testid="message" data-author={author} data-seq={seq} data-private={message.private}>
      {first && <Author message={message} contact={contact} />}
      <div class="bubble">
        <Words text={text} markdown={format === "markdown"} />
      </div>
      {buttons.length > 0 && <p class="buttons">{t("shown_buttons", { labels: buttons.join(" · ") })}</p>}
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

function happened({ activity, name, text }: ConsoleMessage): string {
  return activity ? t(`activity_${activity}`, { name: name ?? t("somebody") }) : text;
}

function nameOf({ author, name }: ConsoleMessage, contact: string): string {
  if (author === "contact") return contact;
  return name ?? (author === "agent" ? "" : t(`author_${author}`));
}

import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { CHAT, CLOCK, PLANE } from "../../shared/icons";
import type { Row } from "../../generated/console";
import { Icon } from "../parts";
import { addressOf } from "../route";
import { openId } from "../store";
import { minutesSince, shortMoment, waited } from "../time";
import { languageWord, reasonWord, t } from "../words";
import { Priority } from "./Priority";

/** Minutes of waiting after which the time is marked: the promise is an answer within three. */
const LONG = 3;

/** One line of the list: what must I do now? */
export function ListRow({ row }: { row: Row }) {
  const link = useRef<HTMLAnchorElement>(null);
  const open = useComputed(() => openId.value === row.id).value;
  useEffect(() => {
    if (open) link.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  return (
    <li>
      <a
        ref={link}
        class={`row ${row.priority}`}
        href={addressOf(row.id)}
        aria-current={open}
        data-testid="row"
        data-id={row.id}
        data-status={row.status}
        data-priority={row.priority}
      >
        <span class="row-line">
          <Priority priority={row.priority} />
          <b dir="auto">{row.contact}</b>
          <Since row={row} />
        </span>
        <span class="row-preview" dir="auto">
          {row.preview}
        </span>
        <Facts row={row} />
      </a>
    </li>
  );
}

function Since({ row }: { row: Row }) {
  if (!row.waiting_since) return <time dateTime={row.last_at}>{shortMoment(row.last_at)}</time>;
  const time = waited(row.waiting_since);
  return (
    <span class={minutesSince(row.waiting_since) >= LONG ? "waited long" : "waited"} data-testid="waiting">
      <Icon path={CLOCK} />
      <span class="unseen">{t("waiting_for", { time })}</span>
      <span aria-hidden="true">{time}</span>
    </span>
  );
}

function Facts({ row }: { row: Row }) {
  return (
    <span class="row-facts">
      <Icon path={row.channel === "telegram" ? PLANE : CHAT} label={t(`channel_${row.channel}`)} />
      {row.priority === "urgent" && <strong>{t("priority_urgent")}</strong>}
      {row.reason && <span>{reasonWord(row.reason)}</span>}
      {row.language && <span>{languageWord(row.language)}</span>}
      {row.assignee && <span class="row-assignee">{row.assignee.name}</span>}
    </span>
  );
}

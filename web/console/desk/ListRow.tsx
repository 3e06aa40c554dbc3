import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { CHAT, CLOCK, EYE, MOON, PEN, PLANE } from "../../shared/icons";
import type { Row } from "../../generated/console";
import { hasDraft } from "../drafts";
import { Icon } from "../parts";
import { colleaguesIn, customerTypes } from "../presence";
import { quick } from "../quick";
import { addressOf } from "../route";
import { momentWord } from "../snoozing";
import { filter, openId } from "../store";
import { teamWord } from "../teams";
import { minutesSince, shortMoment, waited } from "../time";
import { customerWord, languageWord, reasonWord, t } from "../words";
import { Due } from "./Due";
import { Hit } from "./Hit";
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
      {quick.value && <quick.value.Pick row={row} />}
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
          <b dir="auto">{customerWord(row)}</b>
          <Since row={row} />
        </span>
        <Preview row={row} />
        <Facts row={row} />
        {row.snoozed_until && row.status === "snoozed" && (
          <span class="row-company" data-testid="row-until">
            <span>
              <Icon path={MOON} label={t("status_snoozed")} /> {momentWord(row.snoozed_until)}
            </span>
          </span>
        )}
        <Due clocks={row.clocks} />
        <Company row={row} />
      </a>
    </li>
  );
}

function Since({ row }: { row: Row }) {
  if (!row.waiting_since) return <time dateTime={row.last_at}>{shortMoment(row.last_at)}</time>;
  return <Waiting since={row.waiting_since} />;
}

/** Drawn again when its words change, not with every tick of the clock. */
function Waiting({ since }: { since: string }) {
  const time = useComputed(() => waited(since)).value;
  const long = useComputed(() => minutesSince(since) >= LONG).value;
  return (
    <span class={long ? "waited long" : "waited"} data-testid="waiting">
      <Icon path={CLOCK} />
      <span class="unseen">{t("waiting_for", { time })}</span>
      <span aria-hidden="true">{time}</span>
    </span>
  );
}

function Preview({ row }: { row: Row }) {
  if (row.found) {
    return (
      <span class="row-preview found" dir="auto" data-testid="found">
        <Hit text={row.found} words={filter.value.q} />
      </span>
    );
  }
  return (
    <span class="row-preview" dir="auto">
      {row.preview_author === "agent" && <span class="row-author">{t("we")}</span>}
      {row.preview || (row.preview_author && t("only_files"))}
    </span>
  );
}

function Facts({ row }: { row: Row }) {
  return (
    <span class="row-facts">
      <Icon path={row.channel === "telegram" ? PLANE : CHAT} label={t(`channel_${row.channel}`)} />
      {filter.value.q && <b>{t(row.status === "open" && row.assignee ? "with_person" : `status_${row.status}`)}</b>}
      {row.priority === "urgent" && <strong>{t("priority_urgent")}</strong>}
      {row.reason && <span>{reasonWord(row.reason)}</span>}
      {row.language && <span>{languageWord(row.language)}</span>}
      {row.team && (
        <span data-testid="row-team" dir="auto">
          {teamWord(row.team)}
        </span>
      )}
      {row.tags.map((tag) => (
        <span class="tag" key={tag} dir="auto">
          {tag}
        </span>
      ))}
      {row.assignee && row.status !== "snoozed" && <span class="row-assignee">{row.assignee.name}</span>}
    </span>
  );
}

/** Who else is in it, and whether own words wait there. */
function Company({ row }: { row: Row }) {
  const colleagues = useComputed(() => colleaguesIn(row.id).map(({ name, mode }) => t(`is_${mode}`, { name })).join(" · "));
  const typing = useComputed(() => colleaguesIn(row.id).some(({ mode }) => mode === "typing"));
  const writes = useComputed(() => customerTypes(row));
  const draft = useComputed(() => hasDraft(row.id) && openId.value !== row.id);
  if (!colleagues.value && !writes.value && !draft.value) return null;
  return (
    <span class="row-company" data-testid="company">
      {colleagues.value && (
        <span class="somebody">
          <Icon path={typing.value ? PEN : EYE} /> {colleagues.value}
        </span>
      )}
      {writes.value && <span class="somebody">{t("customer_types")}</span>}
      {draft.value && <span class="row-draft">{t("has_draft")}</span>}
    </span>
  );
}

import { BACK } from "../../shared/icons";
import { toPlain } from "../../shared/markdown";
import type { Packet } from "../../generated/console";
import { Button, Icon, Section, Words } from "../parts";
import { isMine, openThread, packetShown, type Thread } from "../store";
import { insertInto } from "../suggestions";
import { teamWord } from "../teams";
import { clockTime } from "../time";
import { entityWord, reasonWord, t } from "../words";
import { CustomerCard } from "./CustomerCard";
import { TimeLimits } from "./Due";
import { Orders } from "./Orders";
import { PastCalls } from "./PastCalls";
import { Priority } from "./Priority";
import { Ranking } from "./Reading";

/** The customer and the whole story, so that nobody has to ask again. */
export function PacketPane() {
  const thread = openThread.value;
  return (
    <section class="packet-pane" data-testid="packet" aria-label={t("details")}>
      <header class="packet-head">
        <Button testId="hide-packet" label={t("back")} onClick={() => (packetShown.value = false)}>
          <Icon path={BACK} />
        </Button>
        {t("details")}
      </header>
      {thread && (
        <div class="packet-body">
          <CustomerCard thread={thread} />
          {thread.packet ? <Story thread={thread} packet={thread.packet} /> : <p class="quiet">{t("packet_none")}</p>}
        </div>
      )}
    </section>
  );
}

function Story({ thread, packet }: { thread: Thread; packet: Packet }) {
  return (
    <>
      <Section title={t("why")}>
        <p class="why">
          <Priority priority={packet.priority} /> <b>{reasonWord(packet.reason)}</b>
          <span class="quiet">
            {t("asked_at")} {clockTime(packet.asked_at)}
          </span>
          {thread.row.team && <span class="tag">{teamWord(thread.row.team)}</span>}
        </p>
        {packet.summary && <p dir="auto">{packet.summary}</p>}
      </Section>
      <TimeLimits clocks={thread.row.clocks} />
      {packet.draft && <Draft thread={thread} draft={packet.draft} />}
      <Orders orders={packet.orders} />
      <NearMisses thread={thread} articles={packet.near_misses} />
      <Understood packet={packet} />
      <Tried tried={packet.tried} />
      <PastCalls calls={packet.history} />
    </>
  );
}

function Draft({ thread, draft }: { thread: Thread; draft: string }) {
  return (
    <Section title={t("draft")}>
      <div class="offer" data-testid="draft">
        <Words text={draft} markdown />
        <Insert thread={thread} text={toPlain(draft)} />
      </div>
    </Section>
  );
}

function Insert({ thread, text }: { thread: Thread; text: string }) {
  if (!isMine(thread.row)) return null;
  return (
    <Button testId="insert" class="quiet" onClick={() => insertInto(thread, text)}>
      {t("insert")}
    </Button>
  );
}

function Understood({ packet }: { packet: Packet }) {
  const entities = Object.entries(packet.entities);
  if (!packet.ranking.length && !entities.length) return null;
  return (
    <Section title={t("understood")}>
      <Ranking scores={packet.ranking} />
      {entities.length > 0 && (
        <dl class="entities" aria-label={t("entities")}>
          {entities.map(([name, value]) => (
            <div key={name}>
              <dt>{entityWord(name)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

function Tried({ tried }: { tried: string[] }) {
  if (!tried.length) return null;
  return (
    <Section title={t("tried")}>
      <ul class="tried">
        {tried.map((step) => (
          <li key={step}>{step === "skill:tracking" ? t("tried_tracking") : step}</li>
        ))}
      </ul>
    </Section>
  );
}

function NearMisses({ thread, articles }: { thread: Thread; articles: Packet["near_misses"] }) {
  if (!articles.length) return null;
  return (
    <Section title={t("near_misses")}>
      {articles.map(({ id, title, body }) => (
        <details class="offer" key={id} data-testid="near-miss">
          <summary>{title}</summary>
          <Words text={body} markdown />
          <Insert thread={thread} text={toPlain(body)} />
        </details>
      ))}
    </Section>
  );
}

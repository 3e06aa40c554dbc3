import type { ComponentChildren } from "preact";
import { BACK, CHAT, PLANE } from "../../shared/icons";
import { toPlain } from "../../shared/markdown";
import type { Packet, Row } from "../../generated/console";
import { insertIntoReply } from "../drafts";
import { Button, Icon, Words } from "../parts";
import { isMine, openThread, packetShown } from "../store";
import { clockTime, shortDate } from "../time";
import { entityWord, languageWord, reasonWord, t } from "../words";
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
          <Customer row={thread.row} packet={thread.packet} />
          {thread.packet ? <Story row={thread.row} packet={thread.packet} /> : <p class="quiet">{t("packet_none")}</p>}
        </div>
      )}
    </section>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Customer({ row, packet }: { row: Row; packet: Packet | null }) {
  return (
    <section class="customer">
      <h2 dir="auto">{row.contact}</h2>
      <p class="quiet">
        <Icon path={row.channel === "telegram" ? PLANE : CHAT} /> {t(`channel_${row.channel}`)}
        {row.language && ` · ${languageWord(row.language)}`} · {row.reference}
      </p>
      {packet && (
        <p class="quiet">
          {packet.earlier_episodes ? t("earlier", { n: packet.earlier_episodes }) : t("earlier_none")}
        </p>
      )}
    </section>
  );
}

function Story({ row, packet }: { row: Row; packet: Packet }) {
  return (
    <>
      <Section title={t("why")}>
        <p class="why">
          <Priority priority={packet.priority} /> <b>{reasonWord(packet.reason)}</b>
          <span class="quiet">
            {t("asked_at")} {clockTime(packet.asked_at)}
          </span>
        </p>
        {packet.summary && <p dir="auto">{packet.summary}</p>}
      </Section>
      {packet.draft && <Draft row={row} draft={packet.draft} />}
      <Understood packet={packet} />
      <Tried tried={packet.tried} />
      <NearMisses row={row} articles={packet.near_misses} />
      <Orders orders={packet.orders} />
    </>
  );
}

function Draft({ row, draft }: { row: Row; draft: string }) {
  return (
    <Section title={t("draft")}>
      <div class="offer" data-testid="draft">
        <Words text={draft} markdown />
        <Insert row={row} text={toPlain(draft)} />
      </div>
    </Section>
  );
}

function Insert({ row, text }: { row: Row; text: string }) {
  const insert = (): void => {
    packetShown.value = false;
    insertIntoReply(row.id, text);
  };
  if (!isMine(row)) return null;
  return (
    <Button testId="insert" class="quiet" onClick={insert}>
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

function NearMisses({ row, articles }: { row: Row; articles: Packet["near_misses"] }) {
  if (!articles.length) return null;
  return (
    <Section title={t("near_misses")}>
      {articles.map(({ id, title, body }) => (
        <details class="offer" key={id} data-testid="near-miss">
          <summary>{title}</summary>
          <Words text={body} markdown />
          <Insert row={row} text={toPlain(body)} />
        </details>
      ))}
    </Section>
  );
}

function Orders({ orders }: { orders: Packet["orders"] }) {
  if (!orders.length) return null;
  return (
    <Section title={t("orders")}>
      {orders.map((order) => (
        <div class="order" key={order.number} data-testid="order">
          <p>
            <b>{order.number}</b> <span class="tag">{order.state}</span>
          </p>
          <ul>
            {order.lines.map((line) => (
              <li key={line.name}>
                {line.name} × {line.quantity}
              </li>
            ))}
          </ul>
          <p class="quiet">
            {t("ordered_at", { date: shortDate(order.placed_at) })} · {order.total}
          </p>
        </div>
      ))}
    </Section>
  );
}

import type { ComponentChildren } from "preact";
import { CHAT, PLANE, SHIELD } from "../../shared/icons";
import { Button, Icon, Mark } from "../parts";
import { beside } from "../shell/beside";
import { can, picker, type Thread } from "../store";
import { shortMoment, yearDate } from "../time";
import { customerWord, languageWord, t } from "../words";

const Blocking = beside(async () => (await import("./Blocking")).Blocking);

/** Who they are, and how sure that is. */
export function CustomerCard({ thread: { row, contact, packet, rating } }: { thread: Thread }) {
  const spoken = row.language ?? contact.locale;
  const earlier = packet?.history.length ?? 0;
  const name = customerWord(row);
  return (
    <section class="customer" data-testid="customer">
      <div class="customer-head">
        <Mark name={name} />
        <h2 dir="auto">{name}</h2>
      </div>
      <p
        class={contact.identified ? "badge sure" : "badge"}
        title={t(contact.identified ? "identified_hint" : "not_identified_hint")}
        data-testid="identified"
        data-value={contact.identified}
      >
        {contact.identified && <Icon path={SHIELD} />}
        {t(contact.identified ? "identified" : "not_identified")}
      </p>
      <dl class="facts">
        {contact.email && (
          <Fact name={t("email")}>
            <a href={`mailto:${contact.email}`}>{contact.email}</a>
          </Fact>
        )}
        <Fact name={t("channel")}>
          <Icon path={row.channel === "telegram" ? PLANE : CHAT} /> {t(`channel_${row.channel}`)}
        </Fact>
        <Fact name={t("reference")}>{row.reference}</Fact>
        {spoken && <Fact name={t("language")}>{languageWord(spoken)}</Fact>}
        <Fact name={t("since")}>{yearDate(contact.first_seen_at)}</Fact>
        <Fact name={t("last_seen")}>{shortMoment(contact.last_seen_at)}</Fact>
        {rating && (
          <Fact name={t("rating")}>
            {t("rating_of", { score: rating.score, name: rating.agent_name ?? t("rating_bot") })}
            {rating.comment && (
              <q class="said" dir="auto" data-testid="rating-comment">
                {rating.comment}
              </q>
            )}
          </Fact>
        )}
        {packet && <Fact name={t("calls")}>{earlier ? t("earlier", { n: earlier }) : t("earlier_none")}</Fact>}
      </dl>
      <div class="tags">
        {row.tags.map((tag) => (
          <span class="tag" key={tag} dir="auto" data-testid="tag">
            {tag}
          </span>
        ))}
        {can("work") && (
          <Button testId="edit-tags" class="link" onClick={() => (picker.value = "tags")}>
            {t(row.tags.length ? "change_tags" : "add_tag")}
          </Button>
        )}
      </div>
      {contact.telegram && can("work") && <Blocking contact={contact} name={name} conversation={row.id} />}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

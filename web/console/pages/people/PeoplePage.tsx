import "./people.css";
import { useEffect } from "preact/hooks";
import type { Member } from "../../../generated/console";
import { BACK, PERSON, PLUS } from "../../../shared/icons";
import { rank } from "../../fuzzy";
import { Blank, Button, Failure, Icon, Skeleton } from "../../parts";
import { t } from "../../words";
import { InviteForm } from "./InviteForm";
import { PersonPane } from "./PersonPane";
import { type Chosen, chosen, failed, load, made, members, moment, wanted } from "./staff";
import { say } from "./texts";

/** Who works here: a list, and the one that is looked at. */
export function PeoplePage() {
  useEffect(() => {
    void load();
    return () => {
      made.value = null;
    };
  }, []);
  const open = chosen.value;
  return (
    <main class="page people-page" data-front={open === null ? "list" : "form"} data-testid="people-page">
      <section class="page-list" aria-label={t("page_people")}>
        <header class="page-head">
          <h2>{t("page_people")}</h2>
          <Button testId="invite" class="primary" onClick={() => choose("new")}>
            <Icon path={PLUS} /> {say("invite")}
          </Button>
        </header>
        <input
          type="search"
          class="page-search"
          data-testid="people-search"
          aria-label={say("search")}
          placeholder={say("search")}
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
        <Rows />
      </section>
      <section class="page-form">
        {open !== null && (
          <span class="phone-only">
            <Button testId="people-back" onClick={() => choose(null)}>
              <Icon path={BACK} /> {t("page_people")}
            </Button>
          </span>
        )}
        <Pane open={open} />
      </section>
    </main>
  );
}

function Pane({ open }: { open: Chosen }) {
  if (open === "new") return <InviteForm />;
  const member = members.value?.find(({ id }) => id === open);
  if (!member) return <Blank icon={PERSON} title={say("pick")} hint={say("pick_hint")} />;
  return <PersonPane key={member.id} member={member} />;
}

function Rows() {
  if (failed.value) return <Failure title={say("failed")} retry={() => void load()} />;
  if (!members.value) return <Skeleton rows={4} />;
  const found = rank(wanted.value, members.value, ({ name, email, role }) => [name, email, say(`role_${role}`)]);
  return (
    <ul class="page-rows">
      {found.map((member) => (
        <Row key={member.id} member={member} />
      ))}
    </ul>
  );
}

function Row({ member }: { member: Member }) {
  return (
    <li>
      <button
        type="button"
        class={member.active ? "page-row person" : "page-row person off"}
        data-testid="person"
        data-id={member.id}
        data-active={member.active}
        aria-current={chosen.value === member.id}
        onClick={() => choose(member.id)}
      >
        <span class="person-who">
          <i class={`dot ${member.availability}`} aria-hidden="true" />
          <span class="person-name" dir="auto">
            {member.name}
          </span>
          <Standing member={member} />
        </span>
        <span class="quiet person-facts">
          <span class="one-line">{member.email}</span>
          {member.open > 0 && <span class="person-load">{say("load", { n: member.open })}</span>}
        </span>
        <span class="quiet person-facts">
          <span>{say(`role_${member.role}`)}</span>
          <span class="person-load">{seen(member)}</span>
        </span>
      </button>
    </li>
  );
}

/** What is out of the ordinary; nothing else is marked. */
export function Standing({ member }: { member: Member }) {
  if (!member.active) return <small class="badge">{say("status_off")}</small>;
  if (member.locked_until) return <small class="badge warn">{say("status_locked")}</small>;
  if (member.invited_until && !member.seen_at) return <small class="badge sure">{say("status_invited")}</small>;
  return null;
}

export function seen({ availability, seen_at }: Member): string {
  if (availability === "online") return say("seen_now");
  if (availability === "away") return say("seen_away");
  return seen_at ? say("seen_at", { time: moment(seen_at) }) : say("never_seen");
}

function choose(next: Chosen): void {
  chosen.value = next;
  made.value = null;
}

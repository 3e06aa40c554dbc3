import { useEffect } from "preact/hooks";
import type { Seat, Team } from "../../../generated/console";
import { BACK, PLUS, TEAM } from "../../../shared/icons";
import { Blank, Button, Failure, Icon, Skeleton } from "../../parts";
import { teams, teamsFailed } from "../../store";
import { loadTeams, teamWord } from "../../teams";
import { languageWord, t } from "../../words";
import { begin, chosen, type Chosen, hasEdits } from "./edits";
import { SeatForm } from "./SeatForm";
import "./style.css";
import { TeamForm } from "./TeamForm";
import { w } from "./texts";

/** Whose conversation it is: the teams, and what each person can take on. */
export function TeamsPage() {
  useEffect(begin, []);
  return (
    <main class="page teams-page" data-front={chosen.value ? "form" : "list"} data-testid="teams-page">
      <section class="page-list" aria-label={t("page_teams")}>
        <List />
      </section>
      <section class="page-form">
        <Beside />
      </section>
    </main>
  );
}

function List() {
  const known = teams.value;
  if (!known && teamsFailed.value) return <Failure title={t("unreachable")} retry={() => void loadTeams()} />;
  if (!known) return <Skeleton rows={4} />;
  const inUse = [...known.teams].sort((one, other) => Number(other.active) - Number(one.active));
  return (
    <div class="page-rows">
      <header class="page-head">
        <h2>{t("page_teams")}</h2>
        <Button testId="team-add" class="primary" onClick={() => (chosen.value = { kind: "team", id: 0 })}>
          <Icon path={PLUS} /> {w("add")}
        </Button>
      </header>
      {!inUse.length && (
        <div class="teams-none">
          <p>{w("none")}</p>
          <p class="quiet">{w("none_hint")}</p>
        </div>
      )}
      <ul>
        {chosen.value?.kind === "team" && chosen.value.id === 0 && <Row at={{ kind: "team", id: 0 }} title={w("new")} facts={[]} />}
        {inUse.map((team) => (
          <Row key={team.id} at={{ kind: "team", id: team.id }} title={teamWord(team.key)} facts={teamFacts(team)} />
        ))}
      </ul>
      <header class="page-head">
        <h2>{w("people")}</h2>
      </header>
      <ul>
        {known.seats.map((seat) => (
          <Row key={seat.agent_id} at={{ kind: "seat", id: seat.agent_id }} title={seat.name} facts={seatFacts(seat)} />
        ))}
      </ul>
    </div>
  );
}

function Row({ at, title, facts }: { at: Chosen; title: string; facts: readonly string[] }) {
  const open = chosen.value?.kind === at.kind && chosen.value.id === at.id;
  return (
    <li>
      <button
        type="button"
        class="page-row"
        data-testid={`${at.kind}-row`}
        aria-current={open}
        onClick={() => (chosen.value = at)}
      >
        <span dir="auto">
          <b>{title}</b> {hasEdits(at) && <small class="row-draft">{t("unsaved")}</small>}
        </span>
        <span class="quiet one-line">{facts.join(" · ")}</span>
      </button>
    </li>
  );
}

function Beside() {
  const at = chosen.value;
  if (!at) return <Blank icon={TEAM} title={w("pick")} hint={w("pick_hint")} />;
  return (
    <>
      <span class="phone-only">
        <Button testId="teams-back" onClick={() => (chosen.value = null)}>
          <Icon path={BACK} /> {t("page_teams")}
        </Button>
      </span>
      {at.kind === "team" ? <TeamForm key={`team ${at.id}`} id={at.id} /> : <SeatForm key={`seat ${at.id}`} id={at.id} />}
    </>
  );
}

function teamFacts({ active, members, automatic, fallback, hours }: Team): string[] {
  if (!active) return [w("dissolved")];
  const facts = [w("people_count", { n: members.length }), w(automatic ? "automatic" : "claimed")];
  if (hours) facts.push(w("own_hours"));
  return fallback ? [...facts, w("fallback")] : facts;
}

function seatFacts({ agent_id, languages, capacity }: Seat): string[] {
  const theirs = (teams.value?.teams ?? []).filter(({ active, members }) => active && members.includes(agent_id));
  return [
    ...theirs.map(({ key }) => teamWord(key)),
    ...(languages.length ? languages.map(languageWord) : [w("any_language")]),
    w("at_once", { n: capacity ?? teams.value?.capacity ?? 0 }),
  ];
}

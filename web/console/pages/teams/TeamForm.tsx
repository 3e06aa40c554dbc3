import { LOCALES } from "../../../shared/locale";
import { Button } from "../../parts";
import { teams } from "../../store";
import { INTENTS, LANGUAGES, REASONS } from "../../texts/terms";
import { intentWord, LOCALE_NAMES, languageWord, reasonWord, t } from "../../words";
import { Chips } from "./Chips";
import { changeTeam, discard, dissolve, hasEdits, isComplete, saveTeam, teamEdit, trouble } from "./edits";
import { HoursForm } from "./HoursForm";
import { w } from "./texts";

const TALK = ["greet", "thanks", "goodbye", "affirm", "deny", "bot_challenge", "chitchat", "out_of_scope"];
const CALLS = ["talk_to_human", "complaint", "safety_issue", "distress"];
/** What a customer can ask the shop for; the rest is talk, or a reason. */
export const TOPICS = Object.keys(INTENTS).filter((name) => ![...TALK, ...CALLS].includes(name));

/** One team: what it is called, who is in it, and whose conversations it has. */
export function TeamForm({ id }: { id: number }) {
  const edit = teamEdit(id);
  const submit = (event: Event): void => {
    event.preventDefault();
    void saveTeam(id);
  };
  return (
    <form class="canned-form" onSubmit={submit} data-testid="team-form">
      <div class="canned-names">
        {LOCALES.map((language) => (
          <label key={language}>
            {w("name")} <small lang={language}>{LOCALE_NAMES[language]}</small>
            <input
              data-testid={`team-name-${language}`}
              lang={language}
              maxLength={60}
              value={edit.names[language] ?? ""}
              onInput={(event) => changeTeam(id, { names: { ...edit.names, [language]: event.currentTarget.value } })}
            />
          </label>
        ))}
      </div>
      <Chips
        testId="team-members"
        legend={w("members")}
        {...(!edit.members.length && { hint: w("members_none") })}
        choices={(teams.value?.seats ?? []).map(({ agent_id, name }) => [agent_id, name])}
        chosen={edit.members}
        change={(members) => changeTeam(id, { members })}
      />
      <Switch id={id} name="automatic" />
      <Switch id={id} name="fallback" />
      <Matters id={id} />
      <HoursForm id={id} />
      {trouble.value && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      <div class="page-foot">
        {id !== 0 && edit.active && (
          <Button testId="team-dissolve" class="quiet danger" onClick={() => void dissolve(id)}>
            {w("dissolve")}
          </Button>
        )}
        {!edit.active && (
          <Button testId="team-use-again" class="quiet" onClick={() => void saveTeam(id, { active: true })}>
            {w("use_again")}
          </Button>
        )}
        <span class="space" />
        {(hasEdits({ kind: "team", id }) || id === 0) && (
          <Button testId="team-discard" class="quiet" onClick={() => discard({ kind: "team", id })}>
            {t("discard")}
          </Button>
        )}
        <button
          class="button primary"
          type="submit"
          data-testid="team-save"
          disabled={!isComplete(edit) || !hasEdits({ kind: "team", id })}
        >
          {t("save")}
        </button>
      </div>
    </form>
  );
}

function Matters({ id }: { id: number }) {
  const { reasons, intents, languages, fallback } = teamEdit(id);
  const nothing = !reasons.length && !intents.length && !languages.length && !fallback;
  return (
    <section class="matters">
      <h3>{w("matters")}</h3>
      <p class="quiet">{w(nothing ? "matters_none" : "matters_hint")}</p>
      <Chips
        testId="team-languages"
        legend={w("languages")}
        choices={Object.keys(LANGUAGES).map((name) => [name, languageWord(name)])}
        chosen={languages}
        change={(chosen) => changeTeam(id, { languages: chosen })}
      />
      <Chips
        testId="team-reasons"
        legend={w("reasons")}
        choices={Object.keys(REASONS).map((name) => [name, reasonWord(name)])}
        chosen={reasons}
        change={(chosen) => changeTeam(id, { reasons: chosen })}
      />
      <Chips
        testId="team-topics"
        legend={w("topics")}
        choices={TOPICS.map((name) => [name, intentWord(name)])}
        chosen={intents}
        change={(chosen) => changeTeam(id, { intents: chosen })}
      />
    </section>
  );
}

function Switch({ id, name }: { id: number; name: "automatic" | "fallback" }) {
  return (
    <label class="switch">
      <span>
        {w(name)}
        <small>{w(`${name}_hint`)}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        data-testid={`team-${name}`}
        checked={teamEdit(id)[name]}
        onChange={(event) => changeTeam(id, { [name]: event.currentTarget.checked })}
      />
    </label>
  );
}

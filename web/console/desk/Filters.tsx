import type { Filter } from "../api";
import { narrow, widen } from "../filters";
import { Button } from "../parts";
import { filter, isFiltered, knownTags } from "../store";
import { activeTeams, teamWord } from "../teams";
import { LANGUAGES, REASONS } from "../texts/terms";
import { languageWord, reasonWord, t } from "../words";

type Name = Exclude<keyof Filter, "q">;

const PRIORITIES = ["urgent", "high", "normal", "low"] as const;
const CHANNELS = ["widget", "telegram"] as const;

/** What narrows the list, each with its own box. */
export function Filters() {
  return (
    <div class="filters" data-testid="filter-bar" role="group" aria-label={t("filters")}>
      <Choice name="priority" choices={PRIORITIES.map((name) => [name, t(`priority_${name}`)])} />
      <Choice name="language" choices={Object.keys(LANGUAGES).map((name) => [name, languageWord(name)])} />
      <Choice name="channel" choices={CHANNELS.map((name) => [name, t(`channel_${name}`)])} />
      <Choice name="reason" choices={Object.keys(REASONS).map((name) => [name, reasonWord(name)])} />
      {activeTeams().length > 0 && <Choice name="team" choices={activeTeams().map(({ key }) => [key, teamWord(key)])} />}
      <Choice name="tag" choices={knownTags.value.map((name) => [name, name])} />
      <Choice name="due" choices={[["near", t("due_near")]]} />
      <Choice name="sort" choices={[["due", t("sort_due")]]} />
      {isFiltered.value && (
        <Button testId="clear-filters" class="link" onClick={widen}>
          {t("clear_filters")}
        </Button>
      )}
    </div>
  );
}

function Choice({ name, choices }: { name: Name; choices: readonly (readonly [string, string])[] }) {
  const chosen = filter.value[name];
  const known = choices.some(([value]) => value === chosen);
  return (
    <select
      class={chosen ? "filter chosen" : "filter"}
      data-testid={`filter-${name}`}
      aria-label={t(`filter_${name}`)}
      value={chosen}
      onChange={(event) => narrow({ [name]: event.currentTarget.value })}
    >
      <option value="">{t(`filter_${name}`)}</option>
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
      {chosen && !known && <option value={chosen}>{chosen}</option>}
    </select>
  );
}

import { useEffect } from "preact/hooks";
import type { FigureReport } from "../../../generated/console";
import { CHART } from "../../../shared/icons";
import { Blank, Failure, Skeleton } from "../../parts";
import { teams } from "../../store";
import { loadTeams, teamWord } from "../../teams";
import { locale, t } from "../../words";
import { zoneWord } from "../../zones";
import style from "./figures.css?inline";
import { Groups } from "./Groups";
import { ContactPlot, HandoffPlot, OutcomePlot, ReasonPlot, ScorePlot, SharePlot, WaitPlot } from "./plots";
import { type By, by, COMPARED, failed, load, query, range, RANGES, report, team } from "./state";
import { w } from "./words";

// With the page, not before it: the desk alone has no use for it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets.push(sheet);

/** How people and the assistant did; their times are never mixed. */
export function FiguresPage() {
  useEffect(() => void load(), [range.value, by.value, team.value, by.value === "product" && locale.value]);
  useEffect(() => void loadTeams(), []);
  const found = report.value;
  return (
    <main class="page figures-page" data-testid="figures-page">
      <div class="figures">
        <header class="figures-head">
          <h2>{t("page_figures")}</h2>
          <Ranges />
          <Teams />
          <a class="button quiet" href={`/console/api/figures.csv?${query()}`} data-testid="figures-csv" download>
            {w("csv")}
          </a>
          <a class="button quiet" href={`/console/api/ratings.csv?${query()}`} data-testid="ratings-csv" download>
            {w("ratings_csv")}
          </a>
        </header>
        {failed.value && <Failure title={w("failed")} retry={() => void load()} />}
        {!failed.value && !found && <Skeleton rows={6} />}
        {!failed.value && found && <Report found={found} />}
      </div>
    </main>
  );
}

/** The assistant and the shop as a whole are no team's. */
function OfNoTeam({ found }: { found: FigureReport }) {
  return (
    <>
      <section aria-labelledby="figures-bot">
        <h2 id="figures-bot">{w("bot")}</h2>
        <div class="figure-grid">
          <OutcomePlot report={found} />
          <ScorePlot report={found} id="bot_scores" of={({ bot }) => bot.scores} />
        </div>
      </section>
      <section aria-labelledby="figures-both">
        <h2 id="figures-both">{w("both")}</h2>
        <div class="figure-grid">
          <ContactPlot report={found} />
        </div>
      </section>
    </>
  );
}

function Ranges() {
  return (
    <fieldset class="segments" data-testid="figures-range">
      <legend class="unseen">{w("range")}</legend>
      {RANGES.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="range"
            value={name}
            data-testid={`range-${name}`}
            checked={range.value === name}
            onChange={() => (range.value = name)}
          />
          <span>{w(`range_${name}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Everybody, or one team; where there is none there is nothing to choose. */
function Teams() {
  const known = teams.value?.teams ?? [];
  if (!known.length) return null;
  return (
    <select
      aria-label={w("team")}
      data-testid="figures-team"
      value={team.value}
      onChange={(event) => (team.value = event.currentTarget.value)}
    >
      <option value="">{w("team_all")}</option>
      {known.map(({ key, active }) => (
        <option key={key} value={key}>
          {active ? teamWord(key) : w("team_gone", { name: teamWord(key) })}
        </option>
      ))}
    </select>
  );
}

function Report({ found }: { found: FigureReport }) {
  const { first, last, zone, total } = found;
  if (!total.contacts && !total.people.handoffs && !total.bot.answered)
    return <Blank icon={CHART} title={w("nothing")} hint={w("nothing_hint")} />;
  return (
    <>
      <p class="quiet figures-lead">
        {w("lead", { first, last, zone: zoneWord(zone) })} {team.value && w("of_team")}
      </p>
      <section aria-labelledby="figures-people">
        <h2 id="figures-people">{w("people")}</h2>
        <div class="figure-grid">
          <WaitPlot report={found} measure="first" />
          <SharePlot report={found} id="soon" of={({ people }) => people.soon} />
          <SharePlot report={found} id="in_a_day" of={({ people }) => people.in_a_day} />
          <SharePlot report={found} id="promises" of={({ people }) => people.promises} />
          <HandoffPlot report={found} />
          <WaitPlot report={found} measure="asked" />
          <WaitPlot report={found} measure="next" />
          <WaitPlot report={found} measure="resolution" />
          <ScorePlot report={found} id="scores" of={({ people }) => people.scores} />
        </div>
        <ReasonPlot report={found} />
      </section>
      {!team.value && <OfNoTeam found={found} />}
      <section aria-labelledby="figures-compare">
        <div class="figures-compare">
          <h2 id="figures-compare">{w("compare")}</h2>
          <select
            aria-labelledby="figures-compare"
            data-testid="figures-by"
            value={by.value}
            onChange={(event) => (by.value = event.currentTarget.value as By)}
          >
            {COMPARED.map((name) => (
              <option key={name} value={name}>
                {w(name ? `by_${name}` : "by_none")}
              </option>
            ))}
          </select>
        </div>
        {by.value && <Groups report={found} />}
      </section>
    </>
  );
}

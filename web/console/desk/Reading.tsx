import { BOT } from "../../shared/icons";
import type { DecisionView } from "../../generated/console";
import { Icon } from "../parts";
import { decisionWord, intentWord, percent, reasonWord, t } from "../words";

/** What the assistant read in a message, quietly; opened, how it came to it. */
export function Reading({ decision }: { decision: DecisionView }) {
  return (
    <details class="reading" data-testid="reading">
      <summary>
        <Icon path={BOT} />
        <span>{headline(decision)}</span>
      </summary>
      <dl>
        {decision.reason && <Fact name={t("reading_reason")} value={reasonWord(decision.reason)} />}
        {decision.skill && <Fact name={t("reading_skill")} value={intentWord(decision.skill)} />}
        {decision.article && (
          <Fact name={t("reading_article")} value={`${decision.article.title} ${percent(decision.article.score)}`} />
        )}
        {decision.likelihood !== null && <Fact name={t("reading_likelihood")} value={percent(decision.likelihood)} />}
        {decision.threshold !== null && <Fact name={t("reading_threshold")} value={percent(decision.threshold)} />}
      </dl>
      <Ranking scores={decision.ranking} />
    </details>
  );
}

/** Readings with their confidence, as words and as bars. */
export function Ranking({ scores }: { scores: DecisionView["ranking"] }) {
  if (!scores.length) return null;
  return (
    <ol class="ranking">
      {scores.map(({ name, confidence }) => (
        <li key={name}>
          <span>{intentWord(name)}</span>
          <meter min={0} max={1} value={confidence} aria-label={intentWord(name)} />
          <span class="number">{percent(confidence)}</span>
        </li>
      ))}
    </ol>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** A pressed button was not read, only acted on. */
function headline({ intent, decision, reason }: DecisionView): string {
  const done = decisionWord(decision);
  if (!intent) return [done, reason && reasonWord(reason)].filter(Boolean).join(" · ");
  const read = t("reading", { intent: intentWord(intent.name), percent: percent(intent.confidence) });
  return `${read} · ${done}`;
}

import type { Past } from "../../generated/console";
import { Section } from "../parts";
import { shortMoment } from "../time";
import { reasonWord, t } from "../words";

/** Earlier calls for a person: what it was about, and who took care of it. */
export function PastCalls({ calls }: { calls: readonly Past[] }) {
  if (!calls.length) return null;
  return (
    <Section title={t("past_calls")}>
      <ol class="past">
        {calls.map(({ reason, asked_at, agent, summary, ended_at }) => (
          <li key={asked_at} data-testid="past-call">
            <p>
              <b>{reasonWord(reason)}</b> <time dateTime={asked_at}>{shortMoment(asked_at)}</time>
            </p>
            {summary && <p dir="auto">{summary}</p>}
            <p class="quiet">{agent ? t("past_by", { name: agent }) : t(ended_at ? "past_nobody" : "past_open")}</p>
          </li>
        ))}
      </ol>
    </Section>
  );
}

import type { FigureReport, Figures, Scores, Share, Wait } from "../../../generated/console";
import { reasonWord } from "../../words";
import { Bars, counts, Lines, shares, waits } from "./charts";
import { decimal, duration, goodOf, middleOf, part, periodName, shareOf, whole } from "./format";
import { Card } from "./Card";
import { type FigureKey, w } from "./words";

const OUTCOMES = ["confirmed", "assumed", "running", "reopened", "wrong", "person"] as const;

export type Measure = "first" | "asked" | "next" | "resolution";

/** How long people took: the middle and the nineteenth of twenty. */
export function WaitPlot({ report, measure }: { report: FigureReport; measure: Measure }) {
  const of = ({ people }: Figures): Wait | null => people[measure];
  const [now, before] = [of(report.total), of(report.before)];
  const found = report.series.map(of);
  const [middle, most] = [found.map(middleOf), found.map((wait) => wait?.p95 ?? null)];
  const rows = found.map((wait) => (wait ? [duration(wait.p50), duration(wait.p95), whole(wait.n)] : ["–", "–", "0"]));
  return (
    <Card
      id={measure}
      value={now && duration(now.p50)}
      more={now ? `95%: ${duration(now.p95)} · ${w("counted", { n: whole(now.n) })}` : w("none")}
      before={before && duration(before.p50)}
      legend={[["middle", w("p50")], ["most", w("p95")]]}
      columns={[w("p50"), w("p95"), "n"]}
      periods={names(report)}
      rows={rows}
    >
      <Lines
        label={w(measure)}
        axes={[along(report), `${w("axis_wait")} (${w("log_scale")})`]}
        names={names(report)}
        told={told(report, rows.map(([half, nearly, n]) => `${half} · 95%: ${nearly} · n = ${n}`))}
        lines={[{ style: "most", values: most }, { style: "middle", values: middle }]}
        baseline={middleOf(before)}
        scale={waits([...middle, ...most, middleOf(before)], duration)}
      />
    </Card>
  );
}

/** A part of those it could have been, over the periods. */
export function SharePlot({ report, id, of }: { report: FigureReport; id: "soon" | "in_a_day" | "promises"; of: (found: Figures) => Share }) {
  const [now, before] = [of(report.total), of(report.before)];
  const found = report.series.map(of);
  return (
    <PartPlot
      report={report}
      id={id}
      value={shareOf(now)}
      before={shareOf(before)}
      more={now.of ? w("of", { n: whole(now.n), of: whole(now.of) }) : w("none")}
      values={found.map(shareOf)}
      rows={found.map((share) => [shown(shareOf(share)), w("of", { n: whole(share.n), of: whole(share.of) })])}
    />
  );
}

/** The part that gave four or five, over the periods. */
export function ScorePlot({ report, id, of }: { report: FigureReport; id: "scores" | "bot_scores"; of: (found: Figures) => Scores }) {
  const [now, before] = [of(report.total), of(report.before)];
  const found = report.series.map(of);
  const given = (scores: Scores): string => w("given", { asked: whole(scores.asked), given: whole(scores.given) });
  return (
    <PartPlot
      report={report}
      id={id}
      value={goodOf(now)}
      before={goodOf(before)}
      more={given(now)}
      values={found.map(goodOf)}
      rows={found.map((scores) => [shown(goodOf(scores)), given(scores)])}
    />
  );
}

function PartPlot(props: {
  report: FigureReport;
  id: FigureKey & ("soon" | "in_a_day" | "promises" | "scores" | "bot_scores");
  value: number | null;
  before: number | null;
  more: string;
  values: readonly (number | null)[];
  rows: readonly string[][];
}) {
  const { report, id, value, before, more, values, rows } = props;
  return (
    <Card
      id={id}
      value={value === null ? null : part(value)}
      more={more}
      before={before === null ? null : part(before)}
      legend={[]}
      columns={["%", "n"]}
      periods={names(report)}
      rows={rows}
    >
      <Lines
        label={w(id)}
        axes={[along(report), w("axis_share")]}
        names={names(report)}
        told={told(report, rows.map((row) => row.join(" · ")))}
        lines={[{ style: "middle", values }]}
        baseline={before}
        scale={shares}
      />
    </Card>
  );
}

/** Handoffs and what became of them. */
export function HandoffPlot({ report }: { report: FigureReport }) {
  const parts = ({ people }: Figures): number[] => [
    people.answered, people.handoffs - people.answered - people.abandoned, people.abandoned,
  ];
  const { handoffs, abandoned } = report.total.people;
  return (
    <StackPlot
      report={report}
      id="handoffs"
      value={whole(handoffs)}
      before={whole(report.before.people.handoffs)}
      more={`${w("abandoned")} ${whole(abandoned)}${handoffs ? ` (${part(abandoned / handoffs)})` : ""}`}
      styles={["answered", "waiting", "abandoned"]}
      parts={report.series.map(parts)}
    />
  );
}

/** What became of the bot's answers. */
export function OutcomePlot({ report }: { report: FigureReport }) {
  const { answered, confirmed } = report.total.bot;
  return (
    <StackPlot
      report={report}
      id="outcomes"
      value={whole(answered)}
      before={whole(report.before.bot.answered)}
      more={`${w("confirmed")} ${whole(confirmed)}${answered ? ` (${part(confirmed / answered)})` : ""}`}
      styles={OUTCOMES}
      parts={report.series.map(({ bot }) => OUTCOMES.map((name) => bot[name]))}
    />
  );
}

function StackPlot(props: {
  report: FigureReport;
  id: "handoffs" | "outcomes";
  value: string;
  before: string;
  more: string;
  styles: readonly FigureKey[];
  parts: readonly number[][];
}) {
  const { report, id, value, before, more, styles, parts } = props;
  const rows = parts.map((values) => values.map(whole));
  const sums = parts.map((values) => values.reduce((sum, one) => sum + one, 0));
  return (
    <Card
      id={id}
      value={value}
      more={more}
      before={before}
      legend={styles.map((style) => [style, w(style)] as const)}
      columns={styles.map((style) => w(style))}
      periods={names(report)}
      rows={rows}
    >
      <Bars
        label={w(id)}
        axes={[along(report), w("axis_count")]}
        names={names(report)}
        told={told(report, rows.map((row) => row.map((n, at) => `${w(styles[at] ?? id)} ${n}`).join(" · ")))}
        styles={styles}
        parts={parts}
        scale={counts(sums, whole)}
      />
    </Card>
  );
}

/** Contacts per 100 orders: the number to bring down. */
export function ContactPlot({ report }: { report: FigureReport }) {
  const per = ({ contacts, orders }: Figures): number | null => (orders ? (contacts / orders) * 100 : null);
  const { contacts, orders } = report.total;
  const [value, before, values] = [per(report.total), per(report.before), report.series.map(per)];
  const known = orders !== null && orders !== undefined;
  const rows = report.series.map((found, at) => [
    values[at] == null ? "–" : decimal(values[at]), whole(found.contacts), whole(found.orders ?? 0),
  ]);
  return (
    <Card
      id="contacts"
      value={value === null ? null : decimal(value)}
      more={known ? w("contacts_n", { n: whole(contacts), orders: whole(orders) }) : w("no_orders", { n: whole(contacts) })}
      before={before === null ? null : decimal(before)}
      legend={[]}
      columns={["/ 100", w("contacts_head"), w("orders_head")]}
      periods={names(report)}
      rows={rows}
    >
      <Lines
        label={w("contacts")}
        axes={[along(report), w("contacts")]}
        names={names(report)}
        told={told(report, rows.map((row) => row.join(" · ")))}
        lines={[{ style: "middle", values }]}
        baseline={before}
        scale={counts([before ?? 0, ...values.map((one) => one ?? 0)], decimal)}
      />
    </Card>
  );
}

/** Why people were called, most often first, each beside the time before. */
export function ReasonPlot({ report }: { report: FigureReport }) {
  const most = Math.max(1, ...report.reasons.flatMap(({ n, before }) => [n, before]));
  return (
    <figure class="figure wide" data-testid="figure-reasons">
      <figcaption>
        <h3>{w("reasons")}</h3>
        <p class="quiet">{w("reasons_def")}</p>
      </figcaption>
      {!report.reasons.length && <p class="quiet">{w("none")}</p>}
      <ul class="ranks">
        {report.reasons.map(({ reason, n, before }) => (
          <li key={reason}>
            <span>{reasonWord(reason)}</span>
            <svg class="rank" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect class="plot-bar answered" y="0" height="7" width={(n / most) * 100} />
              <rect class="plot-then" y="8" height="2" width={(before / most) * 100} />
            </svg>
            <b>{whole(n)}</b>
            <span class="quiet">{w("before", { value: whole(before) })}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

const shown = (value: number | null): string => (value === null ? "–" : part(value));
const along = ({ step }: FigureReport): string => w(`axis_${step}`);
const names = ({ periods, step }: FigureReport): string[] => periods.map((first) => periodName(first, step));
const told = (report: FigureReport, words: readonly string[]): string[] =>
  names(report).map((name, at) => `${name}: ${words[at] ?? ""}`);

import { useSignal } from "@preact/signals";
import type { ReviewAverage, Reviews } from "../../../generated/console";
import { can, me } from "../../store";
import { SCORED } from "./edits";
import { busy, chosen, days, draw, own, PERIODS, reviews, tab, trouble } from "./state";
import { w } from "./texts";
import { decimal, inTongue } from "./words";

const COUNTS = [3, 5, 10, 20] as const;
const TELLING = 5;

/** Where no review is open: draw more, and how everybody does; or how oneself does. */
export function Overview() {
  const mine = own.value?.average;
  if (!can("review") || (tab.value === "mine" && chosen.value !== "draw")) {
    return <div class="quality-overview">{mine && <Averages rows={[mine]} />}</div>;
  }
  if (!reviews.value) return null;
  return (
    <div class="quality-overview">
      <DrawForm known={reviews.value} />
      <Averages rows={reviews.value.averages} />
    </div>
  );
}

function DrawForm({ known: { averages, kinds } }: { known: Reviews }) {
  const others = averages.filter(({ agent_id }) => agent_id !== me.value?.id);
  const agent = useSignal("");
  const since = useSignal(30);
  const kind = useSignal("");
  const count = useSignal(5);
  const submit = (event: Event): void => {
    event.preventDefault();
    void draw({ count: count.value, days: since.value, agent_id: Number(agent.value) || null, kind: kind.value || null });
  };
  return (
    <form class="draw-form" onSubmit={submit} data-testid="draw-form">
      <h2>{w("draw")}</h2>
      <p class="quiet">{w("draw_hint")}</p>
      <div class="draw-choices">
        <Choice label={w("whose")} testId="draw-agent" value={agent.value} change={(value) => (agent.value = value)}>
          {[["", w("anybody")], ...others.map(({ agent_id, agent: name }): [string, string] => [String(agent_id), name])]}
        </Choice>
        <Choice label={w("kind")} testId="draw-kind" value={kind.value} change={(value) => (kind.value = value)}>
          {[["", w("any_kind")], ...kinds.map(({ key, title }): [string, string] => [key, inTongue(title)])]}
        </Choice>
        <Choice label={w("since")} testId="draw-days" value={String(since.value)} change={(value) => (since.value = Number(value))}>
          {PERIODS.map((n): [string, string] => [String(n), w("days", { n })])}
        </Choice>
        <Choice label={w("count")} testId="draw-count" value={String(count.value)} change={(value) => (count.value = Number(value))}>
          {COUNTS.map((n): [string, string] => [String(n), String(n)])}
        </Choice>
        <button class="button primary" type="submit" data-testid="draw-do" disabled={busy.value}>
          {w("draw_do")}
        </button>
      </div>
      {trouble.value && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
    </form>
  );
}

function Choice(props: {
  label: string;
  testId: string;
  value: string;
  change: (value: string) => void;
  children: readonly (readonly [value: string, name: string])[];
}) {
  const { label, testId, value, change, children } = props;
  return (
    <label>
      {label}
      <select data-testid={testId} value={value} onChange={(event) => change(event.currentTarget.value)}>
        {children.map(([its, name]) => (
          <option key={its} value={its}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Averages({ rows }: { rows: readonly ReviewAverage[] }) {
  return (
    <section class="averages" aria-labelledby="averages">
      <header>
        <h2 id="averages">{w("averages")}</h2>
        <select
          aria-label={w("since")}
          data-testid="averages-days"
          value={days.value}
          onChange={(event) => (days.value = Number(event.currentTarget.value))}
        >
          {PERIODS.map((n) => (
            <option key={n} value={n}>
              {w("days", { n })}
            </option>
          ))}
        </select>
      </header>
      <p class="quiet">{w("averages_hint", { n: TELLING })}</p>
      <div class="averages-table" tabIndex={0} role="group" aria-label={w("averages")}>
        <table data-testid="averages">
          <thead>
            <tr>
              <th scope="col">{w("name")}</th>
              <th scope="col">{w("reviews")}</th>
              <th scope="col" title={w("iqs_hint")}>
                {w("iqs")}
              </th>
              {SCORED.map((name) => (
                <th key={name} scope="col">
                  {w(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.agent_id}>
                <th scope="row" dir="auto">
                  {row.agent}
                </th>
                <td>{row.n}</td>
                <Means row={row} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">{w("iqs_hint")}</p>
    </section>
  );
}

function Means({ row }: { row: ReviewAverage }) {
  if (row.iqs === null) {
    return (
      <td colSpan={1 + SCORED.length} class="quiet">
        {row.n ? w("too_few") : "–"}
      </td>
    );
  }
  return (
    <>
      <td>
        <b>{decimal(row.iqs)}</b>
      </td>
      {SCORED.map((name) => (
        <td key={name}>{decimal(row[name] ?? 0)}</td>
      ))}
    </>
  );
}

import type { ComponentChildren } from "preact";
import { INFO } from "../../../shared/icons";
import { Icon } from "../../parts";
import { type FigureKey, w } from "./words";

type Named = "first" | "asked" | "next" | "resolution" | "soon" | "in_a_day" | "promises" | "scores" | "bot_scores" | "handoffs" | "outcomes" | "contacts";

interface Props {
  id: Named;
  /** Null where nothing was counted: no data is not zero. */
  value: string | null;
  more: string;
  before: string | null;
  legend: readonly (readonly [style: string, words: string])[];
  columns: readonly string[];
  periods: readonly string[];
  rows: readonly (readonly string[])[];
  children: ComponentChildren;
}

/** One figure: what it is, how it is now and was before, its plot, and the same as a table. */
export function Card({ id, value, more, before, legend, columns, periods, rows, children }: Props) {
  const about = `about-${id}`;
  return (
    <figure class="figure" data-testid={`figure-${id}`}>
      <figcaption>
        <h3>{w(id)}</h3>
        <button type="button" class="about" aria-label={`${w("definition")}: ${w(id)}`} aria-describedby={about}>
          <Icon path={INFO} />
        </button>
        <span class="definition" role="tooltip" id={about}>
          {w(`${id}_def` satisfies FigureKey)}
        </span>
      </figcaption>
      <p class="figure-now">
        <b data-testid="value">{value ?? "–"}</b>
        <span class="quiet">{before === null ? w("before_none") : w("before", { value: before })}</span>
      </p>
      <p class="quiet">{more}</p>
      {children}
      {legend.length > 0 && (
        <ul class="legend">
          {legend.map(([style, words]) => (
            <li key={style}>
              <i class={style} aria-hidden="true" />
              {words}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{w("as_table")}</summary>
        <div class="figure-table">
          <table>
            <thead>
              <tr>
                <th scope="col">{w("period")}</th>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((cells, at) => (
                <tr key={periods[at]}>
                  <th scope="row">{periods[at]}</th>
                  {cells.map((cell, index) => (
                    <td key={index}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

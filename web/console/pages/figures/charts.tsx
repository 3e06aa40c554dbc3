import { part as percent } from "./format";

/** Plots as SVG, coloured by class. Sizes are such that letters stay legible on a phone. */

const WIDTH = 360;
const HEIGHT = 224;
const LEFT = 52;
const RIGHT = 12;
const TOP = 28;
const BOTTOM = 44;
const DOT = 3;

export interface Line {
  readonly style: string;
  readonly values: readonly (number | null)[];
}

interface Frame {
  readonly label: string;
  /** What the two axes show: along the bottom, and upwards. */
  readonly axes: readonly [along: string, up: string];
  /** Names of the periods, and for each what is told when it is pointed at. */
  readonly names: readonly string[];
  readonly told: readonly string[];
}

interface Scale {
  readonly ticks: readonly number[];
  readonly name: (value: number) => string;
  /** Where a value stands, 0 at the bottom to 1. */
  readonly at: (value: number) => number;
}

/** Lines over periods; a gap is where nothing was counted. `baseline` is the time before. */
export function Lines(props: Frame & { lines: readonly Line[]; baseline: number | null; scale: Scale }) {
  const { names, lines, baseline, scale } = props;
  const y = (value: number): number => up(scale.at(value));
  return (
    <Plot {...props}>
      {baseline !== null && <path class="plot-baseline" d={`M${LEFT} ${y(baseline)}H${WIDTH - RIGHT}`} />}
      {lines.map(({ style, values }) => (
        <g key={style} class={`plot-line ${style}`}>
          <path d={drawn(values, names.length, y)} />
          {values.map((value, index) =>
            value === null ? null : <circle key={index} cx={across(index, names.length)} cy={y(value)} r={DOT} />,
          )}
        </g>
      ))}
    </Plot>
  );
}

/** Bars over periods, their parts one above the other in the order of `styles`. */
export function Bars(props: Frame & { styles: readonly string[]; parts: readonly (readonly number[])[]; scale: Scale }) {
  const { names, styles, parts, scale } = props;
  const room = (WIDTH - LEFT - RIGHT) / names.length;
  const width = Math.max(2, Math.min(28, room * 0.7));
  return (
    <Plot {...props}>
      {parts.map((values, index) => {
        const x = across(index, names.length) - width / 2;
        return styles.map((style, at) => {
          const below = values.slice(0, at).reduce((sum, value) => sum + value, 0);
          const value = values[at] ?? 0;
          const [top, bottom] = [up(scale.at(below + value)), up(scale.at(below))];
          return value > 0 && <rect key={style} class={`plot-bar ${style}`} x={x} y={top} width={width} height={bottom - top} />;
        });
      })}
    </Plot>
  );
}

/** Waits from seconds to weeks on one scale: each tick is some times the one below. */
export function waits(values: readonly (number | null)[], name: (value: number) => string): Scale {
  const steps = [10, 60, 600, 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400];
  const highest = Math.max(60, ...values.map((value) => value ?? 0));
  const end = steps.findIndex((step) => step >= highest);
  const ticks = steps.slice(0, end < 0 ? steps.length : end + 1);
  const [low, high] = [Math.log(10), Math.log(ticks.at(-1) ?? 60)];
  const at = (value: number): number => Math.min(1, Math.max(0, (Math.log(Math.max(value, 10)) - low) / (high - low)));
  return { ticks, name, at };
}

export const shares: Scale = { ticks: [0, 0.25, 0.5, 0.75, 1], name: percent, at: (value) => value };

export function counts(values: readonly number[], name: (value: number) => string): Scale {
  const top = rounded(Math.max(4, ...values));
  return { ticks: [0, top / 4, top / 2, (top * 3) / 4, top], name, at: (value) => value / top };
}

/** The next number above whose quarters are whole. */
function rounded(highest: number): number {
  const size = 10 ** Math.floor(Math.log10(highest));
  const found = [4, 8, 12, 16, 20, 40, 60, 80].map((step) => (step * size) / (size > 1 ? 10 : 1)).find((step) => step >= highest && step % 4 === 0);
  return found ?? Math.ceil(highest / 4) * 4;
}

function Plot({ label, axes, names, told, scale, children }: Frame & { scale: Scale; children: preact.ComponentChildren }) {
  const room = (WIDTH - LEFT - RIGHT) / names.length;
  return (
    <svg class="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <text class="axis" x="0" y="11">
        {axes[1]}
      </text>
      <text class="axis middle" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4}>
        {axes[0]}
      </text>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <path class="plot-grid" d={`M${LEFT} ${up(scale.at(tick))}H${WIDTH - RIGHT}`} />
          <text class="end" x={LEFT - 6} y={up(scale.at(tick)) + 4}>
            {scale.name(tick)}
          </text>
        </g>
      ))}
      {named(names).map((index) => (
        <text key={index} class="middle" x={across(index, names.length)} y={HEIGHT - BOTTOM + 18}>
          {names[index]}
        </text>
      ))}
      {children}
      {told.map((words, index) => (
        <rect key={index} class="plot-point" x={LEFT + index * room} y={TOP} width={room} height={HEIGHT - TOP - BOTTOM}>
          <title>{words}</title>
        </rect>
      ))}
    </svg>
  );
}

/** The periods that there is room to name: first, last and some between. */
function named(names: readonly string[]): number[] {
  const most = Math.min(names.length, names.some((name) => name.length > 6) ? 4 : 7);
  const last = names.length - 1;
  return [...new Set(Array.from({ length: most }, (_, n) => (most > 1 ? Math.round((n * last) / (most - 1)) : 0)))];
}

function drawn(values: readonly (number | null)[], of: number, y: (value: number) => number): string {
  return values
    .map((value, index) => {
      if (value === null) return "";
      const begins = index === 0 || values[index - 1] === null;
      return `${begins ? "M" : "L"}${across(index, of)} ${y(value)}`;
    })
    .join("");
}

function across(index: number, of: number): number {
  const room = (WIDTH - LEFT - RIGHT) / of;
  return Math.round((LEFT + (index + 0.5) * room) * 10) / 10;
}

function up(part: number): number {
  return Math.round((HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)) * 10) / 10;
}

import { CHECK } from "../../../shared/icons";
import { Icon } from "../../parts";

type Value = string | number;

/** Any number of few: each can be pressed. */
export function Chips<Chip extends Value>(props: {
  testId: string;
  legend: string;
  hint?: string;
  choices: readonly (readonly [Chip, string])[];
  chosen: readonly Chip[];
  change: (chosen: Chip[]) => void;
}) {
  const { testId, legend, hint, choices, chosen, change } = props;
  const toggle = (value: Chip): void =>
    change(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  return (
    <fieldset class="pick-chips" data-testid={testId}>
      <legend>{legend}</legend>
      {hint && <p class="quiet">{hint}</p>}
      <div>
        {choices.map(([value, label]) => (
          <button
            key={value}
            type="button"
            class="pick-chip"
            data-value={value}
            aria-pressed={chosen.includes(value)}
            onClick={() => toggle(value)}
          >
            {chosen.includes(value) && <Icon path={CHECK} />}
            <span dir="auto">{label}</span>
          </button>
        ))}
      </div>
    </fieldset>
  );
}

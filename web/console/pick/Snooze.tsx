import { useSignal } from "@preact/signals";
import { CLOCK, MOON } from "../../shared/icons";
import { rank } from "../fuzzy";
import { Button } from "../parts";
import { boxValue, momentWord, presets } from "../snoozing";
import { now } from "../time";
import { snooze } from "../verbs";
import { t } from "../words";
import { closePicker, type Option, Picker } from "./Picker";

/** When to come back to it: near times by name, or one's own. */
export function Snooze({ set = snooze }: { set?: (until: Date) => Promise<void> }) {
  const own = useSignal(false);
  const choices: Option[] = [
    ...presets(new Date(now.peek())).map(({ key, until }) => ({
      id: key,
      label: t(key),
      hint: momentWord(until),
      icon: MOON,
      run: () => void set(until),
    })),
    { id: "snooze_own", label: t("snooze_own"), icon: CLOCK, stays: true, run: () => (own.value = true) },
  ];
  const find = (typed: string): readonly Option[] => rank(typed, choices, ({ label, hint = "" }) => [label, hint]);
  return (
    <Picker title={t("snooze")} placeholder={t("snooze_placeholder")} options={find}>
      {own.value && <OwnTime set={set} />}
    </Picker>
  );
}

function OwnTime({ set }: { set: (until: Date) => Promise<void> }) {
  const first = new Date(now.peek() + 2 * 3_600_000);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const chosen = new Date(String(new FormData(event.currentTarget as HTMLFormElement).get("until")));
    if (Number.isNaN(chosen.getTime()) || chosen.getTime() <= now.peek()) return;
    closePicker();
    void set(chosen);
  };
  return (
    <form class="picker-form" onSubmit={submit}>
      <label>
        {t("snooze_until")}
        <input
          type="datetime-local"
          name="until"
          data-testid="snooze-own"
          required
          autofocus
          min={boxValue(new Date(now.peek()))}
          defaultValue={boxValue(first)}
        />
      </label>
      <button class="button primary" type="submit" data-testid="snooze-set">
        {t("snooze")}
      </button>
      <Button testId="snooze-leave" class="quiet" onClick={closePicker}>
        {t("close")}
      </Button>
    </form>
  );
}

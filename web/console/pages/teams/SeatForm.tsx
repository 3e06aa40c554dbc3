import { Button } from "../../parts";
import { teams } from "../../store";
import { LANGUAGES } from "../../texts/terms";
import { intentWord, languageWord, t } from "../../words";
import { Chips } from "./Chips";
import { changeSeat, discard, hasEdits, saveSeat, seatEdit, seatOf, trouble } from "./edits";
import { TOPICS } from "./TeamForm";
import { w } from "./texts";

/** What one person can take on. */
export function SeatForm({ id }: { id: number }) {
  const edit = seatEdit(id);
  const at = { kind: "seat", id } as const;
  const submit = (event: Event): void => {
    event.preventDefault();
    void saveSeat(id);
  };
  return (
    <form class="canned-form" onSubmit={submit} data-testid="seat-form">
      <h2 dir="auto">{seatOf(id)?.name}</h2>
      <Chips
        testId="seat-languages"
        legend={w("speaks")}
        hint={w("speaks_hint")}
        choices={Object.keys(LANGUAGES).map((name) => [name, languageWord(name)])}
        chosen={edit.languages}
        change={(languages) => changeSeat(id, { languages })}
      />
      <label class="capacity">
        {w("capacity")}
        <input
          type="number"
          inputMode="numeric"
          data-testid="seat-capacity"
          min={1}
          max={100}
          placeholder={String(teams.value?.capacity ?? "")}
          value={edit.capacity ?? ""}
          onInput={({ currentTarget: { valueAsNumber: n } }) => changeSeat(id, { capacity: Number.isInteger(n) ? n : null })}
        />
        <small class="quiet">{w("capacity_hint", { n: teams.value?.capacity ?? "" })}</small>
      </label>
      <Chips
        testId="seat-skills"
        legend={w("skills")}
        hint={w("skills_hint")}
        choices={TOPICS.map((name) => [name, intentWord(name)])}
        chosen={edit.skills}
        change={(skills) => changeSeat(id, { skills })}
      />
      {trouble.value && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      <div class="page-foot">
        <span class="space" />
        {hasEdits(at) && (
          <Button testId="seat-discard" class="quiet" onClick={() => discard(at)}>
            {t("discard")}
          </Button>
        )}
        <button class="button primary" type="submit" data-testid="seat-save" disabled={!hasEdits(at)}>
          {t("save")}
        </button>
      </div>
    </form>
  );
}

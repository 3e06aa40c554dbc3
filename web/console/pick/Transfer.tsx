import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { INBOX, PERSON, TEAM } from "../../shared/icons";
import { rank } from "../fuzzy";
import { Button } from "../parts";
import { colleagues, openThread } from "../store";
import { activeTeams, loadTeams, teamWord } from "../teams";
import { transfer } from "../verbs";
import { t } from "../words";
import { closePicker, type Option, Picker, Sheet } from "./Picker";

/** A colleague, a team, or with neither the queue. */
export interface Target {
  agent: number | null;
  team: number | null;
  name: string;
}

type Give = (to: Target, note: string) => Promise<void>;

const ORDER = { online: 0, away: 1, offline: 2 } as const;

/** To whom, then what they should know. */
export function Transfer({ give = transfer }: { give?: Give }) {
  const target = useSignal<Target | null>(null);
  if (target.value) return <WithNote target={target.value} give={give} back={() => (target.value = null)} />;
  const owner = give === transfer ? (openThread.value?.row.assignee?.id ?? null) : null;
  return <ToWhom owner={owner} choose={(chosen) => (target.value = chosen)} />;
}

/** Those who are there and have little to do come first; whoever has it already is none of them. */
function ToWhom({ owner, choose }: { owner: number | null; choose: (target: Target) => void }) {
  useEffect(() => void loadTeams(), []);
  const people = colleagues.value
    .filter(({ id }) => id !== owner)
    .sort((one, other) => ORDER[one.availability] - ORDER[other.availability] || one.open - other.open);
  const choices: Option[] = people.map(({ id, name, availability, open }) => ({
    id: `agent-${id}`,
    label: name,
    hint: `${t(`availability_${availability}`)} · ${t("load", { n: open })}`,
    icon: PERSON,
    stays: true,
    run: () => choose({ agent: id, team: null, name }),
  }));
  const teams: Option[] = activeTeams().map(({ id, key }) => ({
    id: `team-${key}`,
    label: teamWord(key),
    hint: t("filter_team"),
    icon: TEAM,
    stays: true,
    run: () => choose({ agent: null, team: id, name: teamWord(key) }),
  }));
  const queue = { id: "queue", label: t("to_queue"), icon: INBOX, stays: true, run: () => choose({ agent: null, team: null, name: "" }) };
  const find = (typed: string): readonly Option[] =>
    rank(typed, [...choices, ...teams, queue], ({ label }) => [label]);
  return <Picker title={t("transfer")} placeholder={t("transfer_placeholder")} options={find} />;
}

function WithNote({ target, give, back }: { target: Target; give: Give; back: () => void }) {
  const note = useSignal("");
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  const send = (): void => {
    closePicker();
    void give(target, note.value);
  };
  const title = target.name ? t("transfer_to", { name: target.name }) : t("to_queue");
  return (
    <Sheet title={title}>
      <form
        class="picker-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <h2>{title}</h2>
        <label>
          {t("transfer_note")}
          <textarea
            ref={box}
            rows={3}
            maxLength={8000}
            data-testid="transfer-note"
            value={note.value}
            onInput={(event) => (note.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              send();
            }}
          />
        </label>
        <div class="picker-foot">
          <Button testId="transfer-back" class="quiet" onClick={back}>
            {t("back_one")}
          </Button>
          <button class="button primary" type="submit" data-testid="transfer-send">
            {t("transfer")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}

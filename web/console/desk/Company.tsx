import { useComputed } from "@preact/signals";
import { ALERT, EYE, PEN } from "../../shared/icons";
import { acknowledge } from "../drafts";
import { Button, Icon } from "../parts";
import { colleaguesIn } from "../presence";
import { answeredSince } from "../readstates";
import { me, type Thread } from "../store";
import { t } from "../words";

/** Colleagues who are in this conversation, too. */
export function Company({ conversation }: { conversation: number }) {
  const here = useComputed(() => colleaguesIn(conversation)).value;
  if (!here.length) return null;
  return (
    <ul class="company" data-testid="here" aria-live="polite">
      {here.map(({ agent_id, name, mode }) => (
        <li key={agent_id} class={mode} data-mode={mode}>
          <Icon path={mode === "typing" ? PEN : EYE} />
          {t(`is_${mode}`, { name })}
        </li>
      ))}
    </ul>
  );
}

/** Somebody else has answered since the words in the box were begun. */
export function Overtaken({ thread, begun, has }: { thread: Thread; begun: number; has: boolean }) {
  const by = has ? answeredSince(thread.messages, begun, me.value?.name ?? "") : null;
  if (by === null) return null;
  const newest = thread.messages.at(-1)?.seq ?? 0;
  return (
    <p class="overtaken" role="alert" data-testid="overtaken">
      <Icon path={ALERT} />
      {t("answered_meanwhile", { name: by || t("somebody") })}
      <Button testId="acknowledge" class="link" onClick={() => acknowledge(thread.row.id, newest)}>
        {t("read_it")}
      </Button>
    </p>
  );
}

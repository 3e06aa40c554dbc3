import { useComputed } from "@preact/signals";
import { EYE, PEN } from "../../shared/icons";
import { Icon } from "../parts";
import { colleaguesIn } from "../presence";
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

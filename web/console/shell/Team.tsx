import { PERSON } from "../../shared/icons";
import type { Me } from "../../generated/console";
import { Icon } from "../parts";
import { addressOfPage } from "../route";
import { can, colleagues, me } from "../store";
import { setAvailability } from "../verbs";
import { t } from "../words";

const CHOICES: readonly Me["availability"][] = ["online", "away", "offline"];

/** Whether one takes conversations, and what the others have. */
export function Team() {
  const others = colleagues.value.filter(({ id }) => id !== me.value?.id);
  return (
    <div class="popover" id="team" popover="auto" data-testid="team-panel">
      {can("work") && <Choices />}
      <a class="button quiet" href={addressOfPage("account")} data-testid="page-account" onClick={leave}>
        {t("page_account")}
      </a>
      <h2>{t("colleagues")}</h2>
      {!others.length && <p class="quiet">{t("colleagues_none")}</p>}
      <ul class="colleagues">
        {others.map(({ id, name, availability, open }) => (
          <li key={id} data-testid="colleague" data-availability={availability}>
            <i class={`dot ${availability}`} aria-hidden="true" />
            <span dir="auto">{name}</span>
            <span class="quiet">{t(`availability_${availability}`)}</span>
            <span class="load" title={t("load", { n: open })}>
              <Icon path={PERSON} label={t("load", { n: open })} /> {open}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Choices() {
  return (
    <fieldset class="choices">
      <legend>{t("availability")}</legend>
      {CHOICES.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="availability"
            value={name}
            data-testid={`availability-${name}`}
            checked={me.value?.availability === name}
            onChange={() => void setAvailability(name)}
          />
          <i class={`dot ${name}`} aria-hidden="true" />
          <span>
            {t(`availability_${name}`)}
            <small>{t(`availability_${name}_hint`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** The link leads away from the panel. */
function leave(): void {
  document.getElementById("team")?.hidePopover();
}

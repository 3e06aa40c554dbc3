import type { Signal } from "@preact/signals";
import { KEYS } from "../../shared/icons";
import { askToNotify, permission, tryAlert } from "../alerts";
import { Button, Icon } from "../parts";
import { notifyOn, remindOn, soundOn, theme, THEMES } from "../preferences";
import { type Place, PLACES } from "../places";
import { addressOfPage } from "../route";
import { can, helpShown } from "../store";
import { t } from "../words";
import { LanguageSwitch } from "./LanguageSwitch";

/** What an agent can set for this browser: alerts, look, language. */
export function Settings() {
  return (
    <div class="popover" id="settings" popover="auto" data-testid="settings-panel">
      <h2>{t("alerts")}</h2>
      <Switch testId="sound" label={t("alert_sound")} hint={t("alert_sound_hint")} value={soundOn} />
      <Switch testId="notify" label={t("alert_notify")} hint={t(`permission_${permission.value}`)} value={notifyOn} off={permission.value !== "granted"} />
      {permission.value === "default" && (
        <Button testId="allow-notify" class="quiet" onClick={() => void askToNotify()}>
          {t("notify")}
        </Button>
      )}
      <Switch testId="remind" label={t("alert_remind")} hint={t("alert_remind_hint")} value={remindOn} />
      <Button testId="try-alert" class="quiet" onClick={tryAlert}>
        {t("alert_test")}
      </Button>
      <fieldset class="segments">
        <legend>{t("theme")}</legend>
        {THEMES.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="theme"
              value={name}
              data-testid={`theme-${name}`}
              checked={theme.value === name}
              onChange={() => (theme.value = name)}
            />
            <span>{t(`theme_${name}`)}</span>
          </label>
        ))}
      </fieldset>
      <div class="phone-only popover-links" onClick={leave}>
        <LanguageSwitch testId="language-phone" />
        {PLACES.filter(({ needs }) => can(needs)).map((place) => (
          <PageLink key={place.name} place={place} />
        ))}
        <Button testId="help-phone" onClick={() => (helpShown.value = true)}>
          <Icon path={KEYS} /> {t("shortcuts")}
        </Button>
      </div>
    </div>
  );
}

function PageLink({ place: { name, icon } }: { place: Place }) {
  return (
    <a href={addressOfPage(name)}>
      <Icon path={icon} /> {t(`page_${name}`)}
    </a>
  );
}

/** A link in the panel leads away from it. */
function leave(event: MouseEvent): void {
  const { target } = event;
  if (target instanceof Element && target.closest("a, button")) document.getElementById("settings")?.hidePopover();
}

interface SwitchProps {
  testId: string;
  label: string;
  hint: string;
  value: Signal<boolean>;
  /** The browser has not agreed: whatever is wanted, there is none. */
  off?: boolean;
}

function Switch({ testId, label, hint, value, off = false }: SwitchProps) {
  return (
    <label class="switch">
      <span>
        {label}
        <small>{hint}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        data-testid={testId}
        checked={value.value && !off}
        disabled={off}
        onChange={(event) => (value.value = event.currentTarget.checked)}
      />
    </label>
  );
}

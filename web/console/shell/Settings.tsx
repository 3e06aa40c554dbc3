import type { Signal } from "@preact/signals";
import { BOLT, CHART, CODE, EYE, KEYS, PERSON, TEAM } from "../../shared/icons";
import { askToNotify, permission, tryAlert } from "../alerts";
import { Button, Icon } from "../parts";
import { notifyOn, remindOn, soundOn, theme, THEMES } from "../preferences";
import { addressOfPage } from "../route";
import { can, helpShown, type Page } from "../store";
import { t } from "../words";
import { LanguageSwitch } from "./LanguageSwitch";

/** What an agent can set for this browser: alerts, look, language. */
export function Settings() {
  return (
    <div class="popover" id="settings" popover="auto" data-testid="settings-panel">
      <h2>{t("alerts")}</h2>
      <Switch testId="sound" label={t("alert_sound")} hint={t("alert_sound_hint")} value={soundOn} />
      <Switch testId="notify" label={t("alert_notify")} hint={t(`permission_${permission.value}`)} value={notifyOn} />
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
        <PageLink name="canned" icon={BOLT} may={can("canned")} />
        <PageLink name="figures" icon={CHART} may={can("figures")} />
        <PageLink name="teams" icon={TEAM} may={can("assign")} />
        <PageLink name="people" icon={PERSON} may={can("people")} />
        <PageLink name="trail" icon={EYE} may={can("trail")} />
        <PageLink name="install" icon={CODE} may={can("install")} />
        <Button testId="help-phone" onClick={() => (helpShown.value = true)}>
          <Icon path={KEYS} /> {t("shortcuts")}
        </Button>
      </div>
    </div>
  );
}

function PageLink({ name, icon, may }: { name: Exclude<Page, "desk">; icon: string; may: boolean }) {
  if (!may) return null;
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

function Switch({ testId, label, hint, value }: { testId: string; label: string; hint: string; value: Signal<boolean> }) {
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
        checked={value.value}
        onChange={(event) => (value.value = event.currentTarget.checked)}
      />
    </label>
  );
}

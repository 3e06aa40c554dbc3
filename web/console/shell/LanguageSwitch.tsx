import { GLOBE } from "../../shared/icons";
import { LOCALES, localeOf } from "../../shared/locale";
import { Icon } from "../parts";
import { chooseLocale, locale, LOCALE_NAMES, t } from "../words";

export function LanguageSwitch({ testId = "language" }: { testId?: string }) {
  return (
    <label class="language">
      <Icon path={GLOBE} />
      <span class="unseen">{t("language")}</span>
      <select
        data-testid={testId}
        value={locale.value}
        onChange={(event) => chooseLocale(localeOf(event.currentTarget.value) ?? locale.value)}
      >
        {LOCALES.map((name) => (
          <option key={name} value={name} lang={name}>
            {LOCALE_NAMES[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

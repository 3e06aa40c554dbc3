import { GLOBE } from "../../shared/icons";
import { LOCALES, localeOf } from "../../shared/locale";
import { Icon } from "../parts";
import { chooseLocale, locale, t } from "../words";

const NAMES = { "zh-TW": "繁體中文", "zh-CN": "简体中文", en: "English" } as const;

export function LanguageSwitch() {
  return (
    <label class="language">
      <Icon path={GLOBE} />
      <span class="unseen">{t("language")}</span>
      <select
        data-testid="language"
        value={locale.value}
        onChange={(event) => chooseLocale(localeOf(event.currentTarget.value) ?? locale.value)}
      >
        {LOCALES.map((name) => (
          <option key={name} value={name} lang={name}>
            {NAMES[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ALERT, CHAT, CHECK } from "../../shared/icons";
import type { Installation } from "../../generated/console";
import { LOCALES } from "../../shared/locale";
import { api } from "../api";
import { copy } from "../clipboard";
import { Button, Failure, Icon, Skeleton } from "../parts";
import { explain } from "../problems";
import { locale, LOCALE_NAMES, t } from "../words";
import { w } from "./installTexts";
import { contrast, ENOUGH_CONTRAST, isAllowed, isColour, onColour, originOf, snippet, type Wishes } from "./snippet";

const installation = signal<Installation | null>(null);
const failed = signal(false);
const wishes = signal<Wishes>({ accent: "", position: "", theme: "", locale: "" });

async function load(): Promise<void> {
  failed.value = false;
  try {
    installation.value = await api.installation();
    wishes.value = { ...wishes.peek(), accent: wishes.peek().accent || installation.value.accent };
  } catch (error) {
    explain(error);
    failed.value = true;
  }
}

/** The tag that puts the chat on a shop's page, and whether the page may have it. */
export function InstallPage() {
  useEffect(() => void load(), []);
  const known = installation.value;
  return (
    <main class="page install-page" data-testid="install-page">
      <div class="page-column">
        <h2>{t("page_install")}</h2>
        <p class="lead">{w("install_lead")}</p>
        {failed.value && <Failure title={w("install_failed")} retry={() => void load()} />}
        {!failed.value && !known && <Skeleton rows={3} />}
        {known && <Generator known={known} />}
      </div>
    </main>
  );
}

function Generator({ known }: { known: Installation }) {
  return (
    <>
      <Tag text={snippet(known, wishes.value)} />
      <section class="install-look">
        <Options />
        <Preview shop={known.shop[locale.value] ?? ""} />
      </section>
      <Origins known={known} />
    </>
  );
}

function Tag({ text }: { text: string }) {
  return (
    <section>
      <h3>{w("install_tag")}</h3>
      <div class="snippet">
        <code data-testid="snippet" tabIndex={0}>
          {text}
        </code>
        <Button testId="copy" class="primary" onClick={() => void copy(text)}>
          {t("copy")}
        </Button>
      </div>
      <p class="quiet">{w("install_where")}</p>
    </section>
  );
}

function Options() {
  const change = (changes: Partial<Wishes>): void => {
    wishes.value = { ...wishes.peek(), ...changes };
  };
  const { accent, position, theme, locale: language } = wishes.value;
  return (
    <div class="install-options">
      <label>
        {w("install_accent")}
        <span class="colour">
          <input
            type="color"
            aria-label={w("install_accent")}
            value={isColour(accent) ? accent : "#0f766e"}
            onInput={(event) => change({ accent: event.currentTarget.value })}
          />
          <input
            data-testid="accent"
            maxLength={7}
            spellcheck={false}
            aria-invalid={!isColour(accent)}
            value={accent}
            onInput={(event) => change({ accent: event.currentTarget.value.trim() })}
          />
        </span>
      </label>
      <label>
        {w("install_position")}
        <select
          data-testid="position"
          value={position}
          onChange={(event) => change({ position: event.currentTarget.value as Wishes["position"] })}
        >
          <option value="">{w("position_end")}</option>
          <option value="right">{w("position_right")}</option>
          <option value="left">{w("position_left")}</option>
        </select>
      </label>
      <label>
        {t("theme")}
        <select
          data-testid="install-theme"
          value={theme}
          onChange={(event) => change({ theme: event.currentTarget.value as Wishes["theme"] })}
        >
          <option value="">{t("theme_auto")}</option>
          <option value="light">{t("theme_light")}</option>
          <option value="dark">{t("theme_dark")}</option>
        </select>
      </label>
      <label>
        {w("install_locale")}
        <select
          data-testid="install-locale"
          value={language}
          onChange={(event) => change({ locale: event.currentTarget.value as Wishes["locale"] })}
        >
          <option value="">{w("locale_page")}</option>
          {LOCALES.map((name) => (
            <option key={name} value={name} lang={name}>
              {LOCALE_NAMES[name]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** How the colour reads, in figures and to the eye. */
function Preview({ shop }: { shop: string }) {
  const { accent, position, theme } = wishes.value;
  if (!isColour(accent)) return <p class="trouble">{w("accent_wrong")}</p>;
  const text = onColour(accent);
  const figure = contrast(accent, text);
  const fits = figure >= ENOUGH_CONTRAST;
  const scheme = theme || "inherit";
  return (
    <div class={`preview ${position || "right"}`} data-theme={scheme} data-testid="preview">
      <p class="preview-head" style={{ background: accent, color: text }}>
        {shop}
      </p>
      <p class="preview-bubble" style={{ background: accent, color: text }}>
        {w("preview_words")}
      </p>
      <span class="preview-launcher" style={{ background: accent, color: text }}>
        <Icon path={CHAT} />
      </span>
      <p class={fits ? "badge sure" : "badge warn"} data-testid="contrast">
        <Icon path={fits ? CHECK : ALERT} />
        {w(fits ? "contrast_good" : "contrast_low", { n: figure.toFixed(1) })}
      </p>
    </div>
  );
}

function Origins({ known }: { known: Installation }) {
  const typed = useSignal("");
  const origin = originOf(typed.value);
  const allowed = origin !== null && isAllowed(origin, known);
  return (
    <section>
      <h3>{w("install_origins")}</h3>
      <p class="quiet">{w("install_origins_hint")}</p>
      <ul class="origins" data-testid="origins">
        {known.origins.map((name) => (
          <li key={name}>
            <code>{name}</code>
          </li>
        ))}
        {!known.origins.length && <li class="quiet">{w("origins_none")}</li>}
      </ul>
      <label>
        {w("origin_typed")}
        <input
          type="url"
          data-testid="origin"
          inputMode="url"
          placeholder="https://shop.example"
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </label>
      {origin && (
        <p class={allowed ? "origin-said" : "origin-said warned"} role="status" data-testid="origin-said" data-allowed={allowed}>
          <Icon path={allowed ? CHECK : ALERT} />
          {w(allowed ? "origin_allowed" : "origin_not_allowed", { origin })}
        </p>
      )}
      {origin && !allowed && (
        <code class="block" data-testid="origins-hint" tabIndex={0}>
          BATON_ORIGINS={[...known.origins, origin].join(",")}
        </code>
      )}
    </section>
  );
}

import { useRef } from "preact/hooks";
import { BIN } from "../../shared/icons";
import { LOCALES, type Locale } from "../../shared/locale";
import { Button, Icon } from "../parts";
import { ToneLine } from "../tone/ToneLine";
import { LOCALE_NAMES, t } from "../words";
import { change, chosen, editOf, forgetEdit, hasEdits, isComplete, isTaken, type Key, remove, save, SHORTCUT, trouble } from "./cannedEdits";
import { w } from "./cannedTexts";

/** One prepared answer, its languages side by side. */
export function CannedForm({ id }: { id: Key }) {
  const edit = editOf(id);
  const taken = isTaken(id, edit.shortcut);
  const submit = (event: Event): void => {
    event.preventDefault();
    void save(id);
  };
  return (
    <form class="canned-form" onSubmit={submit} data-testid="canned-form">
      <div class="canned-names">
        <label>
          {w("canned_title")}
          <input
            data-testid="canned-title"
            required
            maxLength={120}
            value={edit.title}
            onInput={(event) => change(id, { title: event.currentTarget.value })}
          />
        </label>
        <label>
          {w("canned_shortcut")}
          <span class="prefixed">
            <span aria-hidden="true">/</span>
            <input
              data-testid="canned-shortcut"
              required
              maxLength={40}
              pattern={SHORTCUT}
              autocapitalize="off"
              spellcheck={false}
              title={w("canned_shortcut_hint")}
              aria-invalid={taken}
              value={edit.shortcut}
              onInput={(event) => change(id, { shortcut: event.currentTarget.value.toLowerCase() })}
            />
          </span>
          <small class={taken ? "warned" : ""}>{w(taken ? "canned_taken" : "canned_shortcut_hint")}</small>
        </label>
      </div>
      <p class="quiet">{w("canned_places")}</p>
      <div class="canned-texts">
        {LOCALES.map((language) => (
          <CannedText
            key={language}
            of={id}
            language={language}
            text={edit.texts[language]}
            write={(text) => change(id, { texts: { ...editOf(id).texts, [language]: text } })}
          />
        ))}
      </div>
      {trouble.value && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      <div class="page-foot">
        {id !== "new" && (
          <Button testId="canned-delete" class="quiet danger" onClick={() => void remove(id)}>
            <Icon path={BIN} /> {t("delete")}
          </Button>
        )}
        <span class="space" />
        {(hasEdits(id) || id === "new") && (
          <Button
            testId="canned-discard"
            class="quiet"
            onClick={() => {
              forgetEdit(id);
              if (id === "new") chosen.value = null;
            }}
          >
            {t("discard")}
          </Button>
        )}
        <button class="button primary" type="submit" data-testid="canned-save" disabled={!isComplete(edit) || taken || !hasEdits(id)}>
          {t("save")}
        </button>
      </div>
    </form>
  );
}

function CannedText(props: { of: Key; language: Locale; text: string; write: (text: string) => void }) {
  const { of, language, text, write } = props;
  const box = useRef<HTMLTextAreaElement>(null);
  return (
    <div>
      <label>
        <span lang={language}>{LOCALE_NAMES[language]}</span>
        <textarea
          ref={box}
          data-testid={`canned-text-${language}`}
          lang={language}
          rows={8}
          maxLength={8000}
          value={text}
          onInput={(event) => write(event.currentTarget.value)}
        />
      </label>
      <ToneLine box={box} of={`canned ${of} ${language}`} text={text} reader={language} places />
    </div>
  );
}

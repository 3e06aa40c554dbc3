import { useEffect } from "preact/hooks";
import { BACK, BOLT, PLUS } from "../../shared/icons";
import { loadCanned } from "../canned";
import { rank } from "../fuzzy";
import { Blank, Button, Icon, Skeleton } from "../parts";
import { canned } from "../store";
import { locale, t } from "../words";
import { CannedForm } from "./CannedForm";
import { chosen, hasEdits, type Key, wanted } from "./cannedEdits";
import { w } from "./cannedTexts";

/** The prepared answers: a list, and the one being written in its three languages. */
export function CannedPage() {
  useEffect(() => void loadCanned(), []);
  const open = chosen.value;
  return (
    <main class="page canned-page" data-front={open === null ? "list" : "form"} data-testid="canned-page">
      <section class="page-list" aria-label={t("page_canned")}>
        <header class="page-head">
          <h2>{t("page_canned")}</h2>
          <Button testId="canned-add" class="primary" onClick={() => (chosen.value = "new")}>
            <Icon path={PLUS} /> {w("canned_add")}
          </Button>
        </header>
        <input
          type="search"
          class="page-search"
          data-testid="canned-search"
          aria-label={w("canned_search")}
          placeholder={w("canned_search")}
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
        <Rows />
      </section>
      <section class="page-form">
        {open === null ? (
          <Blank icon={BOLT} title={w("canned_pick")} hint={w("canned_pick_hint")} />
        ) : (
          <>
            <span class="phone-only">
              <Button testId="canned-back" onClick={() => (chosen.value = null)}>
                <Icon path={BACK} /> {t("page_canned")}
              </Button>
            </span>
            <CannedForm key={open} id={open} />
          </>
        )}
      </section>
    </main>
  );
}

function Rows() {
  if (!canned.value) return <Skeleton rows={4} />;
  const found = rank(wanted.value, canned.value, ({ shortcut, title, texts }) => [shortcut, title, ...Object.values(texts)]);
  if (!canned.value.length && chosen.value === null) return <Blank icon={BOLT} title={t("canned_none")} hint={w("canned_none_hint")} />;
  return (
    <ul class="page-rows">
      {chosen.value === "new" && <Row id="new" shortcut="…" title={w("canned_new")} text="" />}
      {found.map(({ id, shortcut, title, texts }) => (
        <Row key={id} id={id} shortcut={shortcut} title={title} text={texts[locale.value] ?? Object.values(texts)[0] ?? ""} />
      ))}
    </ul>
  );
}

function Row({ id, shortcut, title, text }: { id: Key; shortcut: string; title: string; text: string }) {
  return (
    <li>
      <button
        type="button"
        class="page-row"
        data-testid="canned-row"
        aria-current={chosen.value === id}
        onClick={() => (chosen.value = id)}
      >
        <span>
          <b>/{shortcut}</b> {title} {hasEdits(id) && <small class="row-draft">{t("unsaved")}</small>}
        </span>
        <span class="quiet one-line" dir="auto">
          {text}
        </span>
      </button>
    </li>
  );
}

import { useEffect } from "preact/hooks";
import type { Review } from "../../../generated/console";
import { BACK, CHECK, PLUS } from "../../../shared/icons";
import { Blank, Button, Failure, Icon, Skeleton } from "../../parts";
import { can, lists } from "../../store";
import { shortDate } from "../../time";
import { t } from "../../words";
import { hasEdit } from "./edits";
import { onKey } from "./keys";
import { Overview } from "./Overview";
import style from "./quality.css?inline";
import { ReviewPane } from "./ReviewPane";
import { begin, choose, chosen, days, failed, listed, load, loadOwn, open, own, reviews, show, type Tab, tab } from "./state";
import { w } from "./texts";
import { customerOf, matterOf } from "./words";

// With the page, not before it: the desk alone has no use for it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets.push(sheet);

/** Lists are told that something changed, not what; so often this page asks what was found of oneself. */
const LOOK_MS = 5_000;

/** Leads read and score what colleagues resolved; everybody reads what was found of their own. */
export function QualityPage() {
  useEffect(begin, []);
  useEffect(() => void load(), [days.value]);
  useEffect(follow, []);
  useEffect(() => {
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, []);
  return (
    <main class="page quality-page" data-front={chosen.value === null ? "list" : "form"} data-testid="quality-page">
      <section class="page-list" aria-label={t("page_quality")}>
        <header class="page-head">
          <h2>{t("page_quality")}</h2>
          {can("review") && (
            <Button testId="review-draw" class="primary" onClick={() => choose("draw")}>
              <Icon path={PLUS} /> {w("draw")}
            </Button>
          )}
        </header>
        {can("review") && <Tabs />}
        {tab.value === "mine" && own.value && (
          <span class="phone-only quality-means">
            <Button testId="quality-averages" class="quiet" onClick={() => choose("averages")}>
              {w("averages")}
            </Button>
          </span>
        )}
        <Rows />
      </section>
      <section class="page-form">
        {chosen.value !== null && (
          <span class="phone-only">
            <Button testId="quality-back" onClick={() => choose(null)}>
              <Icon path={BACK} /> {w("back")}
            </Button>
          </span>
        )}
        {open.value ? <ReviewPane key={open.value.id} review={open.value} /> : <Overview />}
      </section>
    </main>
  );
}

/** Another look, a while after the desk has heard of something. */
function follow(): () => void {
  let due = 0;
  const stop = lists.subscribe(() => {
    due ||= window.setTimeout(() => {
      due = 0;
      if (!document.hidden) void loadOwn();
    }, LOOK_MS);
  });
  return () => {
    stop();
    clearTimeout(due);
  };
}

function Tabs() {
  const counts: Record<Tab, number | undefined> = { to_do: reviews.value?.to_do.length, done: undefined, mine: undefined };
  return (
    <div class="quality-tabs" role="group" aria-label={t("page_quality")}>
      {(["to_do", "done", "mine"] as const).map((name) => (
        <button
          key={name}
          type="button"
          data-testid={`reviews-${name}`}
          aria-pressed={tab.value === name}
          onClick={() => show(name)}
        >
          {w(name)} {counts[name] ? <b>{counts[name]}</b> : null}
        </button>
      ))}
    </div>
  );
}

function Rows() {
  if (failed.value) return <Failure title={t("unreachable")} retry={() => void load()} />;
  if (!own.value) return <Skeleton rows={4} />;
  if (!listed.value.length) {
    return <Blank icon={CHECK} title={w(`${tab.value}_none`)} hint={w(`${tab.value}_none_hint`)} />;
  }
  return (
    <ul class="page-rows">
      {listed.value.map((review) => (
        <Row key={review.id} review={review} />
      ))}
    </ul>
  );
}

function Row({ review }: { review: Review }) {
  const { id, agent, reviewer, iqs, resolved_at: at } = review;
  return (
    <li>
      <button
        type="button"
        class="page-row review-row"
        data-testid="review-row"
        data-id={id}
        aria-current={chosen.value === id}
        onClick={() => choose(id)}
      >
        <span class="review-row-head">
          <span class="review-row-name" dir="auto">
            {tab.value === "mine" ? customerOf(review) : agent}
          </span>
          {hasEdit(review) && <small class="row-draft">{w("draft")}</small>}
          {iqs !== null && <b class="review-row-score">{w("points", { n: iqs })}</b>}
        </span>
        <span class="quiet one-line">
          {[tab.value === "to_do" ? customerOf(review) : reviewer, matterOf(review), shortDate(at)].join(" · ")}
        </span>
      </button>
    </li>
  );
}

import type { Review, ReviewPoint } from "../../../generated/console";
import { Button } from "../../parts";
import { t } from "../../words";
import { ANSWERS, change, editOf, hasEdit, missing, type Scored, SCORED } from "./edits";
import { busy, save, takeBack, trouble } from "./state";
import { w } from "./texts";
import { inTongue } from "./words";

const FIVE = [1, 2, 3, 4, 5] as const;

/** Three scores, the shop's checklist and a few words; by mouse, by touch or by digits. */
export function ReviewForm({ review }: { review: Review }) {
  const edit = editOf(review);
  const left = missing(edit, review);
  const scored = review.iqs !== null;
  const submit = (event: Event): void => {
    event.preventDefault();
    void save(review);
  };
  return (
    <form class="review-form" onSubmit={submit} data-testid="review-form">
      <h3 dir="auto">
        {review.agent}
        {scored && <b class="review-score">{w("points", { n: review.iqs ?? 0 })}</b>}
      </h3>
      {SCORED.map((name) => (
        <Score key={name} review={review} name={name} />
      ))}
      {review.checklist && (
        <section class="review-points" aria-label={inTongue(review.checklist.title)}>
          <h3>{inTongue(review.checklist.title)}</h3>
          {review.checklist.points.map((point) => (
            <Point key={point.key} review={review} point={point} />
          ))}
        </section>
      )}
      <label>
        {w("comment")}
        <textarea
          rows={4}
          maxLength={2000}
          data-testid="review-comment"
          placeholder={w("comment_hint")}
          dir="auto"
          value={edit.comment}
          onInput={(event) => change(review, { comment: event.currentTarget.value })}
        />
      </label>
      {trouble.value && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      <div class="page-foot">
        <Button testId="review-back" class="quiet" disabled={busy.value} onClick={() => void takeBack(review)}>
          {w(scored ? "take_back" : "put_back")}
        </Button>
        <span class="space" />
        <button
          class="button primary"
          type="submit"
          data-testid="review-save"
          disabled={left > 0 || busy.value || (scored && !hasEdit(review))}
        >
          {left > 0 ? w("incomplete", { n: left }) : scored ? t("save") : w("save_next")}
        </button>
      </div>
      <p class="quiet wide-only review-keys">{w("keys")}</p>
    </form>
  );
}

function Score({ review, name }: { review: Review; name: Scored }) {
  return (
    <fieldset class="review-score-row" data-row={name} data-testid={`score-${name}`}>
      <legend>
        {w(name)} <small class="quiet">{w(`${name}_hint`)}</small>
      </legend>
      <div class="marks-row">
        {FIVE.map((n) => (
          <label key={n}>
            <input
              type="radio"
              name={`${name}-${review.id}`}
              checked={editOf(review)[name] === n}
              onChange={() => change(review, { [name]: n })}
            />
            <span title={n === 1 || n === 5 ? w(`score_${n}`) : undefined}>{n}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Point({ review, point: { key, text } }: { review: Review; point: ReviewPoint }) {
  const { answers } = editOf(review);
  return (
    <fieldset data-row={`point-${key}`} data-testid="point">
      <legend>{inTongue(text)}</legend>
      <div class="marks-row">
        {ANSWERS.map((answer) => (
          <label key={answer}>
            <input
              type="radio"
              name={`${key}-${review.id}`}
              checked={answers[key] === answer}
              onChange={() => change(review, { answers: { ...answers, [key]: answer } })}
            />
            <span>{w(answer)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

import type { Review, ReviewPoint } from "../../../generated/console";
import { CHECK, CLOSE } from "../../../shared/icons";
import { Icon, Words } from "../../parts";
import { yearDate } from "../../time";
import { SCORED } from "./edits";
import { w } from "./texts";
import { inTongue } from "./words";

/** What was found, to read: of oneself, or by another lead. */
export function Findings({ review }: { review: Review }) {
  const { agent, iqs, checklist, comment } = review;
  return (
    <div class="review-form" data-testid="findings">
      <h3 dir="auto">
        {agent}
        {iqs !== null && <b class="review-score">{w("points", { n: iqs })}</b>}
      </h3>
      <p class="quiet">{told(review)}</p>
      <dl class="found-scores">
        {SCORED.map((name) => (
          <div key={name}>
            <dt>{w(name)}</dt>
            <dd>
              <b>{review[name] ?? "–"}</b> / 5
            </dd>
          </div>
        ))}
      </dl>
      {checklist && (
        <section class="review-points">
          <h3>{inTongue(checklist.title)}</h3>
          <ul>
            {checklist.points.map((point) => (
              <Found key={point.key} point={point} />
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>{w("comment")}</h3>
        {comment ? <Words text={comment} markdown={false} /> : <p class="quiet">{w("no_comment")}</p>}
      </section>
    </div>
  );
}

function Found({ point: { text, answer } }: { point: ReviewPoint }) {
  const said = answer ?? "none";
  return (
    <li class={`found ${said}`} data-answer={said}>
      {said === "none" ? <span class="found-none">–</span> : <Icon path={said === "kept" ? CHECK : CLOSE} />}
      <span>{inTongue(text)}</span>
      <small>{w(said)}</small>
    </li>
  );
}

function told({ reviewer, created_at: at, changed_at: changed }: Review): string {
  const by = w("by", { name: reviewer, time: at ? yearDate(at) : "" });
  return changed ? `${by} · ${w("changed", { time: yearDate(changed) })}` : by;
}

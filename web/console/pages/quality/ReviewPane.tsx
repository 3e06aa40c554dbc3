import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Review } from "../../../generated/console";
import { Transcript } from "../../desk/Transcript";
import { CLOCK } from "../../../shared/icons";
import { Blank, Failure, Skeleton } from "../../parts";
import { type Thread, threadFailed, threads } from "../../store";
import { loadThread } from "../../sync";
import { yearDate } from "../../time";
import { t } from "../../words";
import { Findings } from "./Findings";
import { isOurs } from "./keys";
import { ReviewForm } from "./ReviewForm";
import { w } from "./texts";
import { caseOf, customerOf } from "./words";

/** The conversation as it was, and beside it what is found of it. */
export function ReviewPane({ review }: { review: Review }) {
  const id = review.conversation_id;
  useEffect(() => void loadThread(id), [id]);
  return (
    <div class="review-pane" data-testid="review">
      <div class="review-read">
        <header class="review-head">
          <h2 dir="auto">{customerOf(review)}</h2>
          <p class="quiet">{[caseOf(review), w("resolved", { time: yearDate(review.resolved_at) }), review.reference].join(" · ")}</p>
          {review.went_on && <p class="review-note">{w("went_on")}</p>}
        </header>
        <Read review={review} />
      </div>
      <div class="review-said">{isOurs(review) ? <ReviewForm review={review} /> : <Findings review={review} />}</div>
    </div>
  );
}

/** Only the episode that was resolved; what came before or after is another matter. */
function Read({ review: { conversation_id: id, episode, reference } }: { review: Review }) {
  const thread = threads.value.get(id);
  if (!thread) {
    if (threadFailed.value !== id) return <Skeleton rows={5} />;
    return <Failure title={t("conversation_failed")} retry={() => void loadThread(id)} />;
  }
  const messages = thread.messages.filter((message) => message.episode === episode);
  if (!messages.length) return <Blank icon={CLOCK} title={w("too_old")} hint={w("too_old_hint", { reference })} />;
  return <FromTheStart thread={{ ...thread, messages }} />;
}

/** On the desk the newest counts; whoever reviews begins with what the customer wanted. */
function FromTheStart({ thread }: { thread: Thread }) {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => frame.current?.querySelector(".transcript")?.scrollTo({ top: 0 }), []);
  return (
    <div class="review-transcript" ref={frame}>
      <Transcript thread={thread} />
    </div>
  );
}

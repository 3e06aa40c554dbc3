import { ALERT } from "../../shared/icons";
import type { ConsoleMessage } from "../../generated/console";
import { acknowledge, asked, draftOf } from "../drafts";
import { Button, Icon } from "../parts";
import { answeredSince, writtenSince } from "../readstates";
import { me, type Thread } from "../store";
import { t } from "../words";

/** What came in since the words in the box were begun: a colleague's answer, or more from the customer. */
export function Meanwhile({ thread }: { thread: Thread }) {
  const { begun, text } = draftOf(thread.row.id, false);
  if (!text.trim()) return null;
  const by = answeredSince(thread.messages, begun, me.value?.name ?? "");
  const written = writtenSince(thread.messages, begun);
  if (by === null && !written.length) return null;
  const read = (): void => {
    acknowledge(thread.row.id, thread.messages.at(-1)?.seq ?? 0);
    asked.value = "reply";
  };
  return (
    <div class="overtaken" role="alert" data-testid="overtaken">
      <Icon path={ALERT} />
      {by !== null && <span>{t("answered_meanwhile", { name: by || t("somebody") })}</span>}
      {written.length > 0 && <Written messages={written} />}
      <Button testId="acknowledge" class="link" onClick={read}>
        {t("read_it")}
      </Button>
    </div>
  );
}

function Written({ messages }: { messages: readonly ConsoleMessage[] }) {
  const words = messages.map(({ text, files }) => text || files.map(({ name }) => name).join(" "));
  return (
    <>
      <span>{t("written_meanwhile")}</span>
      <q dir="auto">{words.join(" ")}</q>
    </>
  );
}

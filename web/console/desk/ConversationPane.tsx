import { BACK, CHAT, CLOSE, MOON, MORE, PANEL, SWAP, TAG } from "../../shared/icons";
import type { Row } from "../../generated/console";
import { Blank, Button, Failure, Icon, Skeleton } from "../parts";
import { closeConversation } from "../route";
import { momentWord } from "../snoozing";
import { can, isMine, notice, openId, openThread, packetShown, picker, threadFailed } from "../store";
import { loadThread } from "../sync";
import { busy, handBack, mayFinish, mayMark, mayPass, mayReopen, reopen, resolve } from "../verbs";
import { customerWord, t } from "../words";
import { Composer } from "./Composer";
import { Due } from "./Due";
import { Priority } from "./Priority";
import { Transcript } from "./Transcript";

export function ConversationPane() {
  return (
    <section class="conversation-pane" data-testid="conversation" aria-label={t("transcript")}>
      <Content />
    </section>
  );
}

function Content() {
  const id = openId.value;
  const thread = openThread.value;
  if (id === null) return <Blank icon={CHAT} title={t("pick")} hint={t("pick_hint")} />;
  if (!thread) {
    if (threadFailed.value !== id) return <Skeleton rows={5} />;
    return <Failure title={t("conversation_failed")} retry={() => void loadThread(id)} />;
  }
  return (
    <>
      <Head row={thread.row} />
      <Transcript key={id} thread={thread} />
      <Notice />
      {can("work") && <Composer key={`composer ${id}`} thread={thread} />}
    </>
  );
}

function Head({ row }: { row: Row }) {
  return (
    <header class="conversation-head">
      <span class="phone-only">
        <Button testId="back" label={t("back")} onClick={closeConversation}>
          <Icon path={BACK} />
        </Button>
      </span>
      <div class="conversation-who">
        <h2 dir="auto">{customerWord(row)}</h2>
        <p data-testid="owner" data-status={row.status}>
          {standing(row)}
          <span class="wide-only" title={t("reference_hint")}>
            {" · "}
            {row.reference}
          </span>
        </p>
        <Due clocks={row.clocks} />
      </div>
      <Marks row={row} />
      <Verbs row={row} />
      <span class="packet-toggle">
        <Button
          testId="show-packet"
          label={t("details")}
          pressed={packetShown.value}
          onClick={() => (packetShown.value = !packetShown.value)}
        >
          <Icon path={PANEL} />
        </Button>
      </span>
    </header>
  );
}

/** Small steps, as signs; everything else is behind the last of them. */
function Marks({ row }: { row: Row }) {
  return (
    <div class="marks">
      {mayMark(row) && (
        <Button testId="priority" class="plain wide-only" label={t("change_priority")} hint="p" onClick={() => (picker.value = "priority")}>
          <Priority priority={row.priority} />
        </Button>
      )}
      {can("work") && (
        <Button testId="tags" class="plain wide-only" label={t("change_tags")} hint="l" onClick={() => (picker.value = "tags")}>
          <Icon path={TAG} />
        </Button>
      )}
      {mayPass(row) && (
        <Button testId="transfer" class="plain wide-only" label={t("transfer")} hint="t" onClick={() => (picker.value = "transfer")}>
          <Icon path={SWAP} />
        </Button>
      )}
      {mayFinish(row) && (
        <Button testId="snooze" class="plain wide-only" label={t("snooze")} hint="s" onClick={() => (picker.value = "snooze")}>
          <Icon path={MOON} />
        </Button>
      )}
      <span class="phone-only">
        <Button testId="more" label={t("more")} onClick={() => (picker.value = "palette")}>
          <Icon path={MORE} />
        </Button>
      </span>
    </div>
  );
}

function Verbs({ row }: { row: Row }) {
  if (mayReopen(row)) {
    return (
      <div class="verbs">
        <Button testId="reopen" class="quiet" keys="o" disabled={busy.value} onClick={() => void reopen()}>
          {t("reopen")}
        </Button>
      </div>
    );
  }
  if (!mayFinish(row)) return null;
  return (
    <div class="verbs">
      <Button testId="hand-back" class="quiet" keys="b" disabled={busy.value} onClick={() => void handBack()}>
        {t("hand_back")}
      </Button>
      <Button testId="resolve" class="quiet" keys="e" disabled={busy.value} onClick={() => void resolve()}>
        {t("resolve")}
      </Button>
    </div>
  );
}

function standing(row: Row): string {
  if (isMine(row)) return t("status_mine");
  if (row.status === "open" && row.assignee) return t("status_assigned", { name: row.assignee.name });
  if (row.status === "snoozed" && row.snoozed_until) return t("snoozed_until", { time: momentWord(row.snoozed_until) });
  return t(`status_${row.status}`);
}

function Notice() {
  if (!notice.value) return null;
  return (
    <div class="notice" role="alert" data-testid="notice">
      <p>{notice.value}</p>
      <Button testId="close-notice" label={t("close")} onClick={() => (notice.value = "")}>
        <Icon path={CLOSE} />
      </Button>
    </div>
  );
}

import { BACK, CHAT, CLOSE, PANEL } from "../../shared/icons";
import type { Row } from "../../generated/console";
import { Blank, Button, Failure, Icon, Skeleton } from "../parts";
import { closeConversation } from "../route";
import { isMine, notice, openId, openThread, packetShown, threadFailed } from "../store";
import { loadThread } from "../sync";
import { busy, handBack, mayFinish, resolve } from "../verbs";
import { t } from "../words";
import { Composer } from "./Composer";
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
      <Composer key={`composer ${id}`} row={thread.row} />
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
        <h2 dir="auto">{row.contact}</h2>
        <p data-testid="owner" data-status={row.status}>
          {standing(row)} · {row.reference}
        </p>
      </div>
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

function Verbs({ row }: { row: Row }) {
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

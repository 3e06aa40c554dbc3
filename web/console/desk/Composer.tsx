import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Row } from "../../generated/console";
import { asked, draftOf, setDraft } from "../drafts";
import { Button } from "../parts";
import { COMMAND } from "../shell/Help";
import { isMine } from "../store";
import { say } from "../talk";
import { busy, claim, mayClaim } from "../verbs";
import { t } from "../words";

/** Reply and note. Whoever does not have the conversation can only leave notes. */
export function Composer({ row }: { row: Row }) {
  const box = useRef<HTMLTextAreaElement>(null);
  const mine = isMine(row);
  const noteChosen = useSignal(false);
  const isNote = noteChosen.value || !mine;
  const text = draftOf(row.id, isNote);

  const kind = asked.value;
  useEffect(() => {
    if (!kind) return;
    noteChosen.value = kind === "note";
    box.current?.focus();
    asked.value = null;
  }, [kind]);

  const send = (): void => {
    if (text.trim()) say(row.id, text.trim(), isNote);
    box.current?.focus();
  };
  const keyed = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) send();
    if (event.key === "Escape" && !event.isComposing) box.current?.blur();
  };

  return (
    <section class={isNote ? "composer is-note" : "composer"}>
      {!mine && <Whose row={row} />}
      <div class="tabs" role="group">
        {mine && <Tab name="reply" chosen={!isNote} choose={() => (noteChosen.value = false)} />}
        <Tab name="note" chosen={isNote} choose={() => (noteChosen.value = true)} />
      </div>
      <textarea
        ref={box}
        data-testid={isNote ? "note-box" : "reply-box"}
        aria-label={t(isNote ? "note_placeholder" : "reply_placeholder")}
        placeholder={t(isNote ? "note_placeholder" : "reply_placeholder")}
        rows={mine ? 3 : 2}
        dir="auto"
        maxLength={8000}
        value={text}
        onInput={(event) => setDraft(row.id, isNote, event.currentTarget.value)}
        onKeyDown={keyed}
      />
      <div class="composer-foot">
        <span class="wide-only">{t("send_hint", { key: COMMAND })}</span>
        <Button testId="send" class="primary" disabled={!text.trim()} onClick={send}>
          {t(isNote ? "save_note" : "send_reply")}
        </Button>
      </div>
    </section>
  );
}

function Tab({ name, chosen, choose }: { name: "reply" | "note"; chosen: boolean; choose: () => void }) {
  return (
    <button type="button" class="tab" data-testid={`tab-${name}`} aria-pressed={chosen} onClick={choose}>
      {t(name)}
      <kbd aria-hidden="true">{name[0]}</kbd>
    </button>
  );
}

/** Who has it instead, and the way to have it. */
function Whose({ row }: { row: Row }) {
  return (
    <div class="whose">
      <p data-testid="whose">{whose(row)}</p>
      {mayClaim(row) && (
        <Button testId="claim" class="primary" keys="c" disabled={busy.value} onClick={() => void claim()}>
          {t("claim")}
        </Button>
      )}
    </div>
  );
}

function whose(row: Row): string {
  if (row.status === "resolved") return t("resolved_has_it");
  if (row.status === "pending") return t("bot_has_it");
  return row.assignee ? t("other_has_it", { name: row.assignee.name }) : t("queue_has_it");
}

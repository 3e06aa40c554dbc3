import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { BOLT, BOOK, CLIP } from "../../shared/icons";
import type { Row } from "../../generated/console";
import { acknowledge, asked, draftOf, setDraft } from "../drafts";
import { Button, Icon } from "../parts";
import { noteTyping } from "../presence";
import { quick } from "../quick";
import { writtenSince } from "../readstates";
import { endWanted, knownIn, seenIn } from "../seen";
import { beside } from "../shell/beside";
import { isMine, notice, openId, picker, type Thread } from "../store";
import { say } from "../talk";
import { attach, uploads } from "../uploads";
import { busy, claim, mayClaim, mayReopen, resolve } from "../verbs";
import { COMMAND, t } from "../words";
import { Attachments } from "./Attachments";
import { CannedList, slashIn, useCanned } from "./CannedList";
import { Company } from "./Company";
import { Suggestions } from "./Suggestions";

const Meanwhile = beside(async () => (await import("./Meanwhile")).Meanwhile);
const ToneLine = beside(async () => (await import("../tone/ToneLine")).ToneLine);

/** Reply and note. Whoever does not have the conversation can only leave notes. */
export function Composer({ thread }: { thread: Thread }) {
  const { row } = thread;
  const box = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const mine = isMine(row);
  const noteChosen = useSignal(false);
  const dropping = useSignal(false);
  const isNote = noteChosen.value || !mine;
  const draft = draftOf(row.id, isNote);
  const canned = useCanned(thread, box, (text) => write(text));
  const waits = useComputed(() => uploads.value.some((entry) => entry.conversation === row.id && !entry.trouble)).value;
  const empty = !draft.text.trim() && !draft.files.length;

  const write = (text: string): void => {
    setDraft(row.id, isNote, text, seenIn(row.id));
    if (text && !(mine && isNote)) noteTyping();
  };
  const add = (chosen: Iterable<File>): void => attach(row.id, isNote, [...chosen]);
  const send = (): void => {
    if (!waits && !empty) void say(row.id, isNote);
    box.current?.focus();
  };
  /** What could not be sent keeps the conversation open; so does another one that was opened meanwhile. */
  const finish = async (): Promise<void> => {
    if (waits || empty || isNote) return;
    const known = knownIn(row.id);
    if (writtenSince(thread.messages, known).length) return readFirst();
    box.current?.blur();
    if ((await say(row.id, false)) && openId.peek() === row.id) await resolve(known);
  };
  /** The next key is for what the customer has written meanwhile. */
  const readFirst = (): void => {
    const button = document.querySelector<HTMLElement>('[data-testid="acknowledge"]');
    endWanted.value++;
    notice.value = t("newer_message");
    if (button) button.focus();
    else acknowledge(row.id, thread.messages.at(-1)?.seq ?? 0);
  };

  const kind = asked.value;
  // Before the next key: after the paint would be too late for whoever types on.
  useLayoutEffect(() => {
    if (!kind) return;
    noteChosen.value = kind === "note";
    box.current?.focus();
    if (kind === "canned" && mine) {
      write(slashIn(draft.text) === null ? `${draft.text}${draft.text && !/\s$/.test(draft.text) ? " " : ""}/` : draft.text);
      canned.open();
    }
    asked.value = null;
  }, [kind]);

  const keyed = (event: KeyboardEvent): void => {
    if (event.isComposing || canned.keyed(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.shiftKey ? void finish() : send();
    if (event.key === "Escape") {
      event.preventDefault();
      box.current?.blur();
    }
  };
  const pasted = (event: ClipboardEvent): void => {
    const found = [...(event.clipboardData?.files ?? [])];
    if (!found.length) return;
    event.preventDefault();
    add(found);
  };
  const dropped = (event: DragEvent): void => {
    event.preventDefault();
    dropping.value = false;
    add(event.dataTransfer?.files ?? []);
  };

  return (
    <section
      class={`composer${isNote ? " is-note" : ""}${dropping.value ? " is-dropping" : ""}`}
      data-testid="composer"
      onDragOver={(event) => {
        event.preventDefault();
        dropping.value = true;
      }}
      onDragLeave={() => (dropping.value = false)}
      onDrop={dropped}
    >
      <Company conversation={row.id} />
      {mine && <Meanwhile thread={thread} />}
      {!mine && <Whose row={row} />}
      {mine && !isNote && empty && <Suggestions thread={thread} />}
      <div class="tabs" role="group" aria-label={t("reply_or_note")}>
        {mine && <Tab name="reply" chosen={!isNote} choose={() => (noteChosen.value = false)} />}
        <Tab name="note" chosen={isNote} choose={() => (noteChosen.value = true)} />
      </div>
      {!isNote && <CannedList canned={canned} />}
      {isNote && quick.value && <quick.value.Calling box={box} text={draft.text} write={write} />}
      <textarea
        ref={box}
        data-testid={isNote ? "note-box" : "reply-box"}
        aria-label={t(isNote ? "note_placeholder" : "reply_placeholder")}
        placeholder={t(isNote ? "note_placeholder" : "reply_placeholder")}
        rows={mine ? 3 : 2}
        dir="auto"
        maxLength={8000}
        value={draft.text}
        {...(isNote ? {} : canned.aria)}
        onInput={(event) => {
          write(event.currentTarget.value);
          if (!isNote) canned.typed(event.currentTarget);
        }}
        onKeyDown={keyed}
        onPaste={pasted}
        onBlur={canned.close}
      />
      {!isNote && <ToneLine box={box} of={row.id} text={draft.text} reader={row.language ?? thread.contact.locale} />}
      <Attachments conversation={row.id} isPrivate={isNote} />
      <div class="composer-foot">
        <input
          ref={files}
          class="unseen"
          type="file"
          multiple
          tabIndex={-1}
          aria-hidden="true"
          data-testid="file-input"
          onChange={(event) => {
            add(event.currentTarget.files ?? []);
            event.currentTarget.value = "";
          }}
        />
        <Button testId="attach" label={t("attach")} onClick={() => files.current?.click()}>
          <Icon path={CLIP} />
        </Button>
        {!isNote && (
          <Button testId="canned" label={t("key_canned")} hint="/" onClick={() => (asked.value = "canned")}>
            <Icon path={BOLT} />
          </Button>
        )}
        <Button testId="articles" label={t("key_articles")} hint="a" onClick={() => (picker.value = "articles")}>
          <Icon path={BOOK} />
        </Button>
        <span class="space" />
        <span class="wide-only">{t(isNote ? "note_hint" : "send_hint", { key: COMMAND })}</span>
        <Button testId="send" class="primary" disabled={empty || waits} onClick={send}>
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
  if (mayReopen(row)) return t("snoozed_has_it");
  return row.assignee ? t("other_has_it", { name: row.assignee.name }) : t("queue_has_it");
}

import { CLOCK, PERSON, PLANE, UP } from "../../shared/icons";
import type { Chat } from "../chat";
import { button, h, icon, setAttribute, setText, type View } from "./kit";
import type { Uploads } from "./uploads";

const TALLEST = 132;

export interface Footer extends View {
  readonly box: HTMLTextAreaElement;
  readonly compose: HTMLElement;
  focus(): void;
  /** Puts words into the composer, in front of what stands there already. */
  insert(words: string): void;
}

/** The composer, and above it the way to a person, always in sight. */
export function footer(chat: Chat, uploads: Uploads): Footer {
  const notice = h("p", { class: "notice", role: "alert", "data-testid": "notice" });
  const personText = h("span");
  const person = button("person", () => chat.pressFixed("person"), icon(PERSON), personText);
  const waitText = h("span");
  const cancel = button("cancel-wait", () => chat.pressFixed("cancel_wait"));
  const wait = h("div", { class: "wait" }, icon(CLOCK), waitText, cancel);
  const onwardText = h("span");
  const onward = button("onward", () => chat.tell({ type: "onward" }), icon(PLANE), onwardText);
  const ways = h("div", { class: "ways" }, person, wait, onward);
  const box = h("textarea", { rows: "1", "data-testid": "composer", enterkeyhint: "send", dir: "auto" });
  const send = button("send", submit, icon(UP));
  box.addEventListener("input", typed);
  box.addEventListener("keydown", key);
  const compose = h("div", { class: "compose" }, box, send);

  return {
    node: h("div", { class: "bottom" }, notice, ways, compose),
    box,
    compose,
    focus,
    insert,
    update() {
      const { status } = chat.conversation;
      setText(notice, chat.notice);
      setText(personText, chat.text(chat.personAsked ? "person_asked" : "person"));
      setAttribute(person, "aria-disabled", chat.personAsked && "true");
      setText(waitText, chat.standing);
      setText(onwardText, chat.text("onward"));
      onward.hidden = !chat.up || !chat.welcome?.onward;
      setText(cancel, chat.text("cancel_wait"));
      setAttribute(box, "placeholder", chat.text("placeholder"));
      setAttribute(box, "aria-label", chat.text("placeholder"));
      setAttribute(send, "aria-label", chat.text("send"));
      person.hidden = status === "waiting" || status === "person";
      wait.hidden = status !== "waiting";
      if (chat.returned) insert(chat.returned);
      chat.returned = "";
      ready();
    },
  };

  function focus(): void {
    box.focus({ preventScroll: true });
  }

  function insert(words: string): void {
    box.value = [words, box.value].filter(Boolean).join("\n");
    typed();
  }

  /** Enter sends, unless an input method still composes (229: Safari, after the composition's end). */
  function key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  }

  function submit(): void {
    const text = box.value.trim();
    const files = uploads.collect(submit);
    focus();
    if (!files || !(text || files.length)) return;
    box.value = "";
    typed();
    chat.send(text, files);
  }

  function ready(): void {
    send.disabled = !(box.value.trim() || uploads.loaded);
  }

  function typed(): void {
    ready();
    box.style.height = "auto";
    box.style.height = `${Math.min(TALLEST, box.scrollHeight)}px`;
  }
}

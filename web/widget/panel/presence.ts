import type { Chat } from "../chat";
import { h, setText, type View } from "./kit";

const TELL = 3000;
const SHORTEST = 2000;
const LONGEST = 10_000;
const READING = 6000;
const NEAR = 12;

export interface Places {
  readonly panel: HTMLDialogElement;
  readonly log: HTMLElement;
  readonly box: HTMLTextAreaElement;
}

/** What both sides know of each other meanwhile: who is writing or reading, and what has been seen. */
export function presence(chat: Chat, { panel, log, box }: Places): View {
  const scroll = log.querySelector(".scroll")!;
  const words = h("span");
  const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const node = h("p", { class: "reading", "data-testid": "typing" }, dots, words);
  let told = 0;
  let typist = "";
  let until: string | undefined;
  let over = 0;
  let asked = 0;
  let before = 0;
  box.addEventListener("input", typed);
  scroll.addEventListener("scroll", look, { passive: true });
  scroll.append(node);

  return {
    node,
    update() {
      const { typing } = chat.conversation;
      if (typing?.until !== until) shown(typing?.name ?? "", Date.parse((until = typing?.until) ?? "") - Date.now());
      setText(words, typist ? chat.text("typing", { name: typist }) : chat.text("reading"));
      node.hidden = !(chat.up && (typist || isReading()));
      requestAnimationFrame(look);
    },
  };

  /** Only a person, or one who is about to come, is told. */
  function typed(): void {
    if (!/person|waiting/.test(chat.conversation.status) || Date.now() - told < TELL) return;
    told = Date.now();
    chat.tell({ type: "typing" });
  }

  /** `left` (ms) is by the server's clock; the customer's may be wrong, so it is a hint. */
  function shown(name: string, left: number): void {
    clearTimeout(over);
    typist = name;
    if (name) over = setTimeout(ended, Math.min(LONGEST, Math.max(SHORTEST, left)));
  }

  function ended(): void {
    typist = "";
    chat.changed();
  }

  /** The customer wrote a moment ago and the assistant has not answered yet. */
  function isReading(): boolean {
    const answers = [...chat.messages.values()].filter(({ author }) => author !== "contact");
    const answer = Math.max(0, ...answers.map(({ seq }) => seq));
    const sent = chat.outbox.entries.at(-1)?.at ?? 0;
    if (sent > asked) {
      [asked, before] = [sent, answer];
      setTimeout(() => chat.changed(), READING);
    }
    return chat.conversation.status === "bot" && answer === before && Date.now() - asked < READING;
  }

  /** A message is seen once it stands on the screen to its end. */
  function look(): void {
    if (document.hidden || !panel.open) return;
    const end = scroll.getBoundingClientRect().bottom + NEAR;
    const nodes = [...log.querySelectorAll<HTMLElement>("[data-seq]")];
    const seen = nodes.reverse().find((node) => node.dataset["seq"] && node.getBoundingClientRect().bottom <= end);
    if (seen) chat.see(Number(seen.dataset["seq"]));
  }
}

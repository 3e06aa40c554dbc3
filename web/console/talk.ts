import { api } from "./api";
import { clearDraft, setDraft } from "./drafts";
import { explain, isPassing } from "./problems";
import { notice, type Outgoing, outgoing } from "./store";
import { mergeMessage, refreshSoon } from "./sync";

/** Leaving the page while words are unsent would lose them: the browser asks first. */
export function guardUnsent(): void {
  addEventListener("beforeunload", (event) => {
    if (outgoing.peek().length) event.preventDefault();
  });
}

/** Shows the words at once and sends them; the same id makes sending again harmless. */
export function say(conversation: number, text: string, isPrivate: boolean): void {
  const words: Outgoing = {
    id: crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 64),
    conversation,
    text,
    private: isPrivate,
    at: new Date().toISOString(),
    trouble: "",
    again: false,
  };
  notice.value = "";
  clearDraft(conversation, isPrivate);
  outgoing.value = [...outgoing.peek(), words];
  void send(words);
}

export function retry(words: Outgoing): void {
  mark(words, "", false);
  void send(words);
}

/** Gives unsent words back to the composer. */
export function rewrite(words: Outgoing): void {
  remove(words);
  setDraft(words.conversation, words.private, words.text);
}

/** Everything that failed only because the server was away. */
export function sendAgain(): void {
  outgoing.peek().filter(({ again }) => again).forEach(retry);
}

async function send(words: Outgoing): Promise<void> {
  const { id, conversation, text } = words;
  try {
    const message = await (words.private ? api.note : api.reply)(conversation, { id, text });
    mergeMessage(conversation, message);
    remove(words);
  } catch (error) {
    mark(words, explain(error), isPassing(error));
  }
  refreshSoon();
}

function mark(words: Outgoing, trouble: string, again: boolean): void {
  outgoing.value = outgoing.peek().map((other) => (other.id === words.id ? { ...other, trouble, again } : other));
}

function remove(words: Outgoing): void {
  outgoing.value = outgoing.peek().filter(({ id }) => id !== words.id);
}

import { api } from "./api";
import { clearDraft, draftOf, setDraft, setDraftFiles } from "./drafts";
import { stopTyping } from "./presence";
import { explain, isPassing } from "./problems";
import { quick } from "./quick";
import { seenIn } from "./seen";
import { notice, type Outgoing, outgoing } from "./store";
import { mergeMessage, refreshSoon } from "./sync";
import { isUploading } from "./uploads";

/** Leaving the page while words are unsent would lose them: the browser asks first. */
export function guardUnsent(): void {
  addEventListener("beforeunload", (event) => {
    if (outgoing.peek().length || isUploading.peek()) event.preventDefault();
  });
}

/** Shows the words of the draft at once and sends them; the same id makes sending again harmless. Whether they arrived. */
export async function say(conversation: number, isPrivate: boolean): Promise<boolean> {
  const { text, files } = draftOf(conversation, isPrivate);
  if (!text.trim() && !files.length) return false;
  const words: Outgoing = {
    id: crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 64),
    conversation,
    text: text.trim(),
    files,
    ...(isPrivate && { mentions: quick.peek()?.calledIn(text) }),
    private: isPrivate,
    at: new Date().toISOString(),
    trouble: "",
    again: false,
  };
  notice.value = "";
  clearDraft(conversation, isPrivate);
  stopTyping();
  outgoing.value = [...outgoing.peek(), words];
  return send(words);
}

export function retry(words: Outgoing): void {
  mark(words, "", false);
  void send(words);
}

/** Gives unsent words back to the composer. */
export function rewrite(words: Outgoing): void {
  remove(words);
  setDraft(words.conversation, words.private, words.text, seenIn(words.conversation));
  setDraftFiles(words.conversation, words.private, words.files);
}

/** Everything that failed only because the server was away. */
export function sendAgain(): void {
  outgoing.peek().filter(({ again }) => again).forEach(retry);
}

async function send(words: Outgoing): Promise<boolean> {
  const { id, conversation, text, mentions } = words;
  const files = words.files.map(({ key }) => key);
  try {
    const message = await (words.private ? api.note : api.reply)(conversation, { id, text, files, mentions });
    mergeMessage(conversation, message);
    if (mentions) quick.peek()?.noted(mentions, message);
    remove(words);
    return true;
  } catch (error) {
    mark(words, explain(error), isPassing(error));
    return false;
  } finally {
    refreshSoon();
  }
}

function mark(words: Outgoing, trouble: string, again: boolean): void {
  outgoing.value = outgoing.peek().map((other) => (other.id === words.id ? { ...other, trouble, again } : other));
}

function remove(words: Outgoing): void {
  outgoing.value = outgoing.peek().filter(({ id }) => id !== words.id);
}

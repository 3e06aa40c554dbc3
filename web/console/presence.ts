import { computed, effect, signal } from "@preact/signals";
import type { Here, Presence, Row } from "../generated/console";
import { api, tellGone } from "./api";
import { explain } from "./problems";
import { seenIn } from "./seen";
import { me, openId, presence } from "./store";
import { now } from "./time";

const VIEWING_MS = 20_000;
const TYPING_MS = 3_000;
const STILL_TYPING_MS = 4_500;
/** How long the server keeps a sign of typing. */
const TYPING_LASTS_MS = 6_000;
/** Whoever only passes through with the keys is not there. */
const PASSING_MS = 400;

/** Whether the page is looked at. */
export const seenNow = signal(!document.hidden);
let typedAt = 0;
let toldTypingAt = 0;
let rest = 0;

/** Who is in which conversation right now, without this agent. */
export const others = computed(() => {
  const byConversation = new Map<number, Presence[]>();
  for (const somebody of presence.value) {
    if (somebody.agent_id === me.value?.id || Date.parse(somebody.until) < now.value) continue;
    byConversation.set(somebody.conversation_id, [...(byConversation.get(somebody.conversation_id) ?? []), somebody]);
  }
  return byConversation;
});

const NOBODY: readonly Presence[] = [];

export const colleaguesIn = (conversation: number): readonly Presence[] =>
  (others.value.get(conversation) ?? NOBODY).filter(({ agent_id }) => agent_id !== null);

/** Until the words are there. */
export const customerTypes = ({ id, last_at, preview_author }: Row): boolean =>
  (others.value.get(id) ?? NOBODY).some(
    ({ agent_id, mode, until }) =>
      agent_id === null &&
      mode === "typing" &&
      !(preview_author === "contact" && Date.parse(last_at) >= Date.parse(until) - TYPING_LASTS_MS),
  );

/** Tells colleagues where this agent is, as long as the page is seen. */
export function startPresence(): () => void {
  const looked = (): void => {
    seenNow.value = !document.hidden;
  };
  const left = (): void => {
    if (openId.peek() !== null) tellGone(openId.peek()!);
  };
  document.addEventListener("visibilitychange", looked);
  addEventListener("pagehide", left);
  const stop = effect(stay);
  const stopSeen = effect(follow);
  return () => {
    stop();
    stopSeen();
    clearTimeout(rest);
    document.removeEventListener("visibilitychange", looked);
    removeEventListener("pagehide", left);
  };
}

/** The agent has pressed a key in words others should know of. */
export function noteTyping(): void {
  const id = openId.peek();
  typedAt = Date.now();
  if (id === null || typedAt - toldTypingAt < TYPING_MS) return;
  toldTypingAt = typedAt;
  void tell(id, "typing");
  clearTimeout(rest);
  rest = setTimeout(rested, STILL_TYPING_MS, id);
}

/** The words are sent or thrown away: nobody is typing any more. */
export function stopTyping(): void {
  clearTimeout(rest);
  if (!toldTypingAt) return;
  toldTypingAt = 0;
  const id = openId.peek();
  if (id !== null) void tell(id, "viewing");
}

function rested(id: number): void {
  toldTypingAt = 0;
  if (openId.peek() === id) void tell(id, "viewing");
}

function stay(): (() => void) | undefined {
  const id = openId.value;
  if (id === null || !seenNow.value) return undefined;
  told = false;
  const arrived = setTimeout(() => void tell(id, "viewing"), PASSING_MS);
  const beat = setInterval(() => void tell(id, toldTypingAt ? "typing" : "viewing"), VIEWING_MS);
  return () => {
    clearTimeout(arrived);
    clearInterval(beat);
    clearTimeout(rest);
    toldTypingAt = 0;
    if (told) tellGone(id);
  };
}

const newest = computed(() => seenIn(openId.value ?? 0));
let toldSeq = 0;
let told = false;

/** What comes in while the agent looks is before their eyes. */
function follow(): void {
  const seq = newest.value;
  const id = openId.peek();
  if (id === null || !seenNow.value || !told || seq === toldSeq) return;
  void tell(id, toldTypingAt ? "typing" : "viewing");
}

async function tell(id: number, mode: Here["mode"]): Promise<void> {
  const seen = seenIn(id);
  toldSeq = seen;
  told = true;
  try {
    await api.here(id, { mode, seen_seq: seen });
  } catch (error) {
    explain(error);
  }
}

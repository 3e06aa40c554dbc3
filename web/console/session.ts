import { computed, effect, untracked } from "@preact/signals";
import type { Me } from "../generated/console";
import { forgetQueue } from "./alerts";
import { api, ApiError } from "./api";
import { loadCanned } from "./canned";
import { clearDrafts } from "./drafts";
import { startPresence } from "./presence";
import { explain } from "./problems";
import { loadQuick } from "./quick";
import { takeCode } from "./route";
import * as store from "./store";
import { startSync } from "./sync";
import { sendAgain } from "./talk";
import { loadTeams } from "./teams";
import { t, type TextKey, wordsAreThere } from "./words";

/** Finds out who is signed in, by a sign-in link if the address has one, and keeps the desk running while somebody is. */
export async function startSession(): Promise<void> {
  followSession();
  addEventListener("hashchange", () => takeInvitation() || void enterByLink());
  if (takeInvitation() || (await enterByLink())) return;
  try {
    store.me.value = await api.me();
  } catch (error) {
    await wordsAreThere;
    store.me.value = null;
    if (!isRefusal(error)) store.signInTrouble.value = explain(error);
  }
}

/** Somebody was invited; whoever was signed in here is no matter until they have chosen a password. */
function takeInvitation(): boolean {
  const code = takeCode("invite");
  if (code !== null) store.invitation.value = code;
  return code !== null;
}

/** False where the address holds no code. */
async function enterByLink(): Promise<boolean> {
  const code = takeCode("login");
  if (code !== null) await enter(() => api.signInByLink({ code }), "link_used");
  return code !== null;
}

export function signIn(email: string, password: string): Promise<void> {
  return enter(() => api.signIn({ email, password }), "wrong_password");
}

export async function signOut(): Promise<void> {
  store.signInTrouble.value = "";
  store.me.value = null;
  clearDrafts();
  try {
    await api.signOut();
  } catch (error) {
    store.signInTrouble.value = explain(error);
  }
}

async function enter(attempt: () => Promise<Me>, refused: TextKey): Promise<void> {
  store.signInTrouble.value = "";
  try {
    store.me.value = await attempt();
  } catch (error) {
    await wordsAreThere;
    store.me.value = null;
    store.signInTrouble.value = isRefusal(error) ? t(refused) : explain(error);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** The desk runs for one agent; a change of their availability does not start it anew. */
const agentId = computed(() => store.me.value?.id);

function followSession(): void {
  effect(() => {
    if (agentId.value === undefined) return undefined;
    return untracked(runDesk);
  });
}

function runDesk(): () => void {
  const stops = [startSync(sendAgain), startPresence()];
  void loadCanned();
  void loadTeams();
  void loadQuick();
  return () => {
    stops.forEach((stop) => stop());
    forget();
  };
}

/** The next one at this computer must not see what the last one saw. */
function forget(): void {
  store.lists.value = {};
  store.counts.value = null;
  store.threads.value = new Map();
  store.presence.value = [];
  store.colleagues.value = [];
  store.canned.value = null;
  store.teams.value = null;
  store.toast.value = null;
  store.filter.value = store.NO_FILTER;
  store.live.value = "wait";
  forgetQueue();
}

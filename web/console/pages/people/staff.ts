import { signal } from "@preact/signals";
import type {
  Acceptance,
  Invitation,
  Invited,
  Me,
  Member,
  MemberChange,
  Members,
  Newcomer,
  PasswordChange,
  Trail,
} from "../../../generated/console";
import { ApiError, call } from "../../api";
import { explain } from "../../problems";
import { clockTime, shortDate } from "../../time";
import { say } from "./texts";

/** What the pages about people ask of the server, and what it said last. */

export const ROLES: readonly Member["role"][] = ["agent", "lead", "admin", "maintainer"];
export const MIN_PASSWORD = 10;

export type Chosen = number | "new" | null;

export const members = signal<readonly Member[] | null>(null);
export const failed = signal(false);
export const chosen = signal<Chosen>(null);
export const wanted = signal("");
/** A link that was just made; it is shown this once. */
export const made = signal<Invitation | null>(null);

export const people = {
  invite: (body: Newcomer) => call<Invitation>("POST", "people", body),
  change: (id: number, body: MemberChange) => call<Member>("PUT", `people/${id}`, body),
  deactivate: (id: number) => call<Member>("POST", `people/${id}/deactivate`),
  reactivate: (id: number) => call<Member>("POST", `people/${id}/reactivate`),
  renew: (id: number) => call<Invitation>("POST", `people/${id}/invitation`),
  endSessions: (id: number) => call<Member>("DELETE", `people/${id}/sessions`),
  liftLock: (id: number) => call<Member>("DELETE", `people/${id}/lock`),
  invited: (code: string) => call<Invited>("POST", "invitation", { code }),
  accept: (body: Acceptance) => call<Me>("POST", "session/invitation", body),
  changePassword: (body: PasswordChange) => call<Me>("PUT", "password", body),
  trail: (query: URLSearchParams) => call<Trail>("GET", `trail?${query}`),
};

export async function load(): Promise<void> {
  failed.value = false;
  try {
    members.value = (await call<Members>("GET", "people")).items;
  } catch (error) {
    explain(error);
    failed.value = true;
  }
}

/** Puts somebody as the server has them now into the list. */
export function put(member: Member): void {
  const known = members.peek() ?? [];
  const isNew = known.every(({ id }) => id !== member.id);
  members.value = isNew ? [...known, member] : known.map((other) => (other.id === member.id ? member : other));
}

/** One sentence about what went wrong, in the words of these pages where they have some. */
export function trouble(error: unknown): string {
  const code = error instanceof ApiError ? error.problem?.code : undefined;
  switch (code) {
    case "taken":
    case "last_admin":
    case "wrong_password":
      return say(`trouble_${code}`);
    default:
      return explain(error);
  }
}

/** A day and a time of day. */
export const moment = (at: string): string => `${shortDate(at)} ${clockTime(at)}`;

export const linkOf = ({ code }: Invitation): string => new URL(`#invite=${code}`, new URL(location.pathname, location.origin)).href;

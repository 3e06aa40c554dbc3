import type {
  Compose,
  ConsoleMessage,
  Conversation,
  ConversationList,
  Counts,
  LinkSignIn,
  Me,
  PasswordSignIn,
  Problem,
  Row,
  Seen,
} from "../generated/console";
import { locale } from "./words";

const BASE = new URL("/console/api/", location.href);

export type View = keyof Counts | "resolved";

/** An answer that was no success. `problem` is null where no server was reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
  ) {
    super(problem?.message ?? "unreachable");
  }
}

export const api = {
  signInByLink: (body: LinkSignIn) => call<Me>("POST", "session/link", body),
  signIn: (body: PasswordSignIn) => call<Me>("POST", "session", body),
  me: () => call<Me>("GET", "session"),
  signOut: () => call<undefined>("DELETE", "session"),
  list: (view: View) => call<ConversationList>("GET", `conversations?view=${view}`),
  conversation: (id: number, after: number) => call<Conversation>("GET", `conversations/${id}?after=${after}`),
  claim: (id: number) => call<Row>("POST", `conversations/${id}/claim`),
  reply: (id: number, body: Compose) => call<ConsoleMessage>("POST", `conversations/${id}/reply`, body),
  note: (id: number, body: Compose) => call<ConsoleMessage>("POST", `conversations/${id}/note`, body),
  handBack: (id: number, body: Seen) => call<Row>("POST", `conversations/${id}/hand_back`, body),
  resolve: (id: number, body: Seen) => call<Row>("POST", `conversations/${id}/resolve`, body),
};

/** Address of the live feed from `cursor` on. */
export function liveAddress(cursor: string): URL {
  const address = new URL(`live?cursor=${encodeURIComponent(cursor)}`, BASE);
  address.protocol = address.protocol.replace("http", "ws");
  return address;
}

let skew = 0;

/** The server's time in ms: waiting times must not depend on this computer's clock. */
export function serverNow(): number {
  return Date.now() + skew;
}

async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const response = await reach(method, path, body);
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  throw new ApiError(response.status, await problemOf(response));
}

async function reach(method: string, path: string, body?: object): Promise<Response> {
  const headers = { "Accept-Language": locale.peek(), ...(body && { "Content-Type": "application/json" }) };
  try {
    const response = await fetch(new URL(path, BASE), { method, headers, ...(body && { body: JSON.stringify(body) }) });
    noteTime(response.headers.get("Date"));
    return response;
  } catch {
    throw new ApiError(0, null);
  }
}

/** The header counts whole seconds, so a smaller difference says nothing. */
function noteTime(date: string | null): void {
  const difference = date ? Date.parse(date) - Date.now() : 0;
  skew = Math.abs(difference) > 2000 ? difference : 0;
}

async function problemOf(response: Response): Promise<Problem | null> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return null;
  }
}

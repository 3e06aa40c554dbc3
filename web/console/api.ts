import type {
  Articles,
  AvailabilityChange,
  CannedDraft,
  CannedResponse,
  CannedResponses,
  Colleagues,
  ConsoleMessage,
  Conversation,
  ConversationList,
  Counts,
  FigureReport,
  File as StoredFile,
  Here,
  Installation,
  LinkSignIn,
  Me,
  Mention,
  Note,
  PasswordSignIn,
  PriorityChange,
  Problem,
  Row,
  Seat,
  SeatDraft,
  Seen,
  Snooze,
  Tags,
  Team,
  TeamDraft,
  Teams,
  Transfer,
} from "../generated/console";
import { locale } from "./words";

const BASE = new URL("/console/api/", location.href);

export type View = keyof Counts | "resolved";

/** What narrows a view; empty means anything. `q` are words of messages. */
export interface Filter {
  readonly priority: string;
  readonly language: string;
  readonly channel: string;
  readonly reason: string;
  readonly tag: string;
  readonly team: string;
  readonly due: string;
  readonly sort: string;
  readonly q: string;
}

/** Words of an agent with the keys of their files; `id` makes sending again harmless. */
export interface Words {
  id: string;
  text: string;
  files: string[];
  mentions?: readonly Mention[] | undefined;
}

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
  list: (view: View, filter?: Filter) => call<ConversationList>("GET", `conversations?${listQuery(view, filter)}`),
  conversation: (id: number, after: number) => call<Conversation>("GET", `conversations/${id}?after=${after}`),
  claim: (id: number) => call<Row>("POST", `conversations/${id}/claim`),
  reply: (id: number, words: Words) => call<ConsoleMessage>("POST", `conversations/${id}/reply`, compose(words)),
  note: (id: number, words: Words) => call<ConsoleMessage>("POST", `conversations/${id}/note`, compose(words)),
  handBack: (id: number, body: Seen) => call<Row>("POST", `conversations/${id}/hand_back`, body),
  resolve: (id: number, body: Seen) => call<Row>("POST", `conversations/${id}/resolve`, body),
  reopen: (id: number) => call<Row>("POST", `conversations/${id}/reopen`),
  snooze: (id: number, body: Snooze) => call<Row>("POST", `conversations/${id}/snooze`, body),
  transfer: (id: number, body: Transfer) => call<Row>("POST", `conversations/${id}/transfer`, body),
  setPriority: (id: number, body: PriorityChange) => call<Row>("POST", `conversations/${id}/priority`, body),
  setTags: (id: number, tags: string[]) => call<Row>("POST", `conversations/${id}/tags`, { tags: tags as Tags["tags"] }),
  here: (id: number, body: Here) => call<undefined>("POST", `conversations/${id}/here`, body),
  colleagues: () => call<Colleagues>("GET", "colleagues"),
  setAvailability: (body: AvailabilityChange) => call<Me>("PUT", "availability", body),
  canned: () => call<CannedResponses>("GET", "canned"),
  addCanned: (body: CannedDraft) => call<CannedResponse>("POST", "canned", body),
  changeCanned: (id: number, body: CannedDraft) => call<CannedResponse>("PUT", `canned/${id}`, body),
  removeCanned: (id: number) => call<undefined>("DELETE", `canned/${id}`),
  articles: (q: string, language: string) => call<Articles>("GET", `articles?${new URLSearchParams({ q, language })}`),
  figures: (query: URLSearchParams) => call<FigureReport>("GET", `figures?${query}`),
  installation: () => call<Installation>("GET", "installation"),
  teams: () => call<Teams>("GET", "teams"),
  putTeam: (id: number, body: TeamDraft) => call<Team>(id ? "PUT" : "POST", id ? `teams/${id}` : "teams", body),
  putSeat: (agent: number, body: SeatDraft) => call<Seat>("PUT", `seats/${agent}`, body),
};

/** Sends a file; `progress` hears the part that is through, 0–1. Aborted by the signal it is refused like a lost server. */
export function upload(file: File, progress: (part: number) => void, signal: AbortSignal): Promise<StoredFile> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", new URL("files", BASE));
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("Accept-Language", locale.peek());
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) done(request.response as StoredFile);
      else failed(new ApiError(request.status, request.response as Problem | null));
    };
    request.onerror = request.onabort = () => failed(new ApiError(0, null));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/** Tells that the agent left, also while the page is being closed. */
export function tellGone(id: number): void {
  const body: Here = { mode: "gone" };
  const headers = { "Content-Type": "application/json" };
  const address = new URL(`conversations/${id}/here`, BASE);
  fetch(address, { method: "POST", keepalive: true, headers, body: JSON.stringify(body) }).catch(() => undefined);
}

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

function listQuery(view: View, filter?: Filter): URLSearchParams {
  const query = new URLSearchParams({ view });
  for (const [name, value] of Object.entries(filter ?? {})) if (value) query.set(name, value);
  return query;
}

/** The generated type counts what lists hold; the server refuses more than that. */
function compose({ files, ...words }: Words): Note {
  return { ...words, files } as Note;
}

export async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
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

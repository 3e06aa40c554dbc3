import type { File } from "../generated/widget";
import type { Asking } from "./connection";
import { keys, read, write } from "./storage";

const KEY = "out.";

/** What the customer sent and the server has not taken yet. */
export interface Entry {
  readonly frame: Asking;
  /** The words of the bubble; the fixed buttons have none, and show none. */
  readonly label: string;
  readonly files: File[];
  readonly at: number;
  state: "waiting" | "stored" | "failed";
  /** The server's sentence about a failure. */
  trouble: string;
  /** How often the server asked to send it again later. */
  tries: number;
  /** Where the server put it, once stored. */
  seq: number;
}

/** Whether it is shown in the log: the fixed buttons are not. */
export function isBubble({ label, files }: Entry): boolean {
  return !!(label || files.length);
}

type Kept = Pick<Entry, "frame" | "label" | "files" | "at">;

/** Own bubbles until they come back as messages. Each has its own key, so two tabs never overwrite each other. */
export class Outbox {
  #entries: Entry[] = [];

  constructor() {
    this.reload();
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Those the server does not have yet. */
  get unsent(): readonly Entry[] {
    return this.#entries.filter((entry) => entry.state !== "stored");
  }

  add(kept: Kept): void {
    write(KEY + kept.frame.id, JSON.stringify(kept));
    this.#keep(kept);
  }

  find(id: string | null): Entry | undefined {
    return this.#entries.find((entry) => entry.frame.id === id);
  }

  stored(id: string, seq: number): void {
    write(KEY + id, "");
    const entry = this.find(id);
    if (entry) Object.assign(entry, { state: "stored", seq });
  }

  remove(id: string): void {
    write(KEY + id, "");
    this.#entries = this.#entries.filter((entry) => entry.frame.id !== id);
  }

  /** Forgets stored bubbles the log has reached: they are shown as messages now, or not at all. */
  settle(reached: number): void {
    this.#entries = this.#entries.filter((entry) => entry.state !== "stored" || entry.seq > reached);
  }

  /** Takes in what an earlier page or another tab left behind. */
  reload(): void {
    for (const key of keys(KEY)) {
      const kept = parse(read(key));
      if (kept && !this.find(kept.frame.id)) this.#keep(kept);
    }
    this.#entries.sort((one, other) => one.at - other.at);
  }

  #keep(kept: Kept): void {
    this.#entries.push({ ...kept, state: "waiting", trouble: "", tries: 0, seq: 0 });
  }
}

function parse(text: string | null): Kept | null {
  try {
    return { files: [], ...JSON.parse(text ?? "") } as Kept;
  } catch {
    return null;
  }
}

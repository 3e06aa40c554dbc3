import type { Uploaded, UploadTrouble } from "../../generated/widget";
import type { Chat } from "../chat";

const MB = 2 ** 20;

/** One file on its way to the server, or refused by it. */
export interface Upload {
  readonly file: File;
  state: "running" | "done" | "failed";
  /** 0–1. */
  progress: number;
  /** Why it failed, for the customer. */
  trouble: string;
  /** Worth trying again as it is. */
  again: boolean;
  uploaded: Uploaded | null;
  request: XMLHttpRequest | null;
}

/** The files of the next message. They are sent as soon as they are chosen, one after the other, which keeps their order. */
export class Uploads {
  list: readonly Upload[] = [];
  /** Called once when nothing is under way any more and nothing failed. */
  #settled: (() => void) | null = null;

  constructor(private readonly chat: Chat) {}

  /** Something goes along with the next message. */
  get loaded(): boolean {
    return this.list.some(({ state }) => state !== "failed");
  }

  add(files: Iterable<File>): void {
    const { chat } = this;
    const most = chat.welcome?.limits.files ?? 1;
    const all = [...files];
    const taken = all.slice(0, Math.max(0, most - this.list.length));
    chat.notice = taken.length < all.length ? chat.text("too_many_files", { n: most }) : "";
    for (const file of taken) this.#take(file);
    chat.changed();
  }

  retry(upload: Upload): void {
    Object.assign(upload, { state: "running", progress: 0, trouble: "" });
    this.#next();
    this.chat.changed();
  }

  remove(upload: Upload): void {
    upload.request?.abort();
    this.list = this.list.filter((other) => other !== upload);
    this.#next();
    this.chat.changed();
  }

  /** Those that arrived; they leave the list. None while some are under way: `again` is called afterwards. */
  collect(again: () => void): Uploaded[] | null {
    const running = this.list.some(({ state }) => state === "running");
    this.#settled = running ? again : null;
    if (running) return null;
    const arrived = this.list.flatMap(({ uploaded }) => uploaded ?? []);
    this.list = this.list.filter(({ uploaded }) => !uploaded);
    return arrived;
  }

  #take(file: File): void {
    const upload: Upload = {
      file, state: "running", progress: 0, trouble: "", again: false, uploaded: null, request: null,
    };
    this.list = [...this.list, upload];
    const most = this.chat.welcome?.limits.file ?? Infinity;
    if (file.size > most) this.#fail(upload, this.chat.text("file_too_large", { n: Math.floor(most / MB) }), false);
    else this.#next();
  }

  /** The next one that waits, unless one is on its way. */
  #next(): void {
    const running = this.list.filter(({ state }) => state === "running");
    if (!running.length) this.#settle();
    else if (!running.some(({ request }) => request)) this.#start(running[0]!);
  }

  #start(upload: Upload): void {
    const { chat } = this;
    const request = new XMLHttpRequest();
    upload.request = request;
    request.open("POST", chat.at("widget/files"));
    request.setRequestHeader("Authorization", `Bearer ${chat.token}`);
    request.setRequestHeader("X-File-Name", encodeURIComponent(upload.file.name));
    request.setRequestHeader("Accept-Language", chat.locale);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => {
      upload.progress = total ? loaded / total : 0;
      chat.changed();
    };
    request.onload = () => this.#answered(upload, request);
    request.onerror = () => this.#fail(upload, chat.text("upload_failed"), true);
    request.send(upload.file);
  }

  #answered(upload: Upload, { status, response }: XMLHttpRequest): void {
    if (status !== 201) {
      const { text, code } = (response ?? {}) as Partial<UploadTrouble>;
      return this.#fail(upload, text ?? this.chat.text("upload_failed"), !/bad|large|empty/.test(code ?? ""));
    }
    Object.assign(upload, { state: "done", progress: 1, uploaded: response as Uploaded, request: null });
    this.#next();
    this.chat.changed();
  }

  #fail(upload: Upload, trouble: string, again: boolean): void {
    Object.assign(upload, { state: "failed", trouble, again, request: null });
    this.#settled = null;
    this.#next();
    this.chat.changed();
  }

  #settle(): void {
    const settled = this.#settled;
    this.#settled = null;
    settled?.();
  }
}

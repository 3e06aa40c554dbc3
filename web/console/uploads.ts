import { computed, signal } from "@preact/signals";
import { ApiError, upload } from "./api";
import { draftOf, setDraftFiles } from "./drafts";
import { explain } from "./problems";
import { t } from "./words";

/** A file on its way to the server. */
export interface Upload {
  id: number;
  conversation: number;
  private: boolean;
  file: File;
  /** 0–1. */
  progress: number;
  trouble: string;
}

const MOST = 10;

export const uploads = signal<readonly Upload[]>([]);
export const isUploading = computed(() => uploads.value.some(({ trouble }) => !trouble));

const stops = new Map<number, AbortController>();
let lastId = 0;

/** Sends files to the server at once, so that they are there when the words are ready. Ten at most. */
export function attach(conversation: number, isPrivate: boolean, files: readonly File[]): void {
  const room = MOST - draftOf(conversation, isPrivate).files.length - of(conversation, isPrivate).length;
  const taken = files.slice(0, Math.max(0, room));
  const fresh = taken.map((file) => ({ id: ++lastId, conversation, private: isPrivate, file, progress: 0, trouble: "" }));
  uploads.value = [...uploads.peek(), ...fresh];
  fresh.forEach((entry) => void send(entry));
}

export function retryUpload(entry: Upload): void {
  change(entry.id, { trouble: "", progress: 0 });
  void send(entry);
}

export function dropUpload(entry: Upload): void {
  stops.get(entry.id)?.abort();
  remove(entry.id);
}

/** Takes a file that is up already off the draft. */
export function detach(conversation: number, isPrivate: boolean, key: string): void {
  const kept = draftOf(conversation, isPrivate).files.filter((file) => file.key !== key);
  setDraftFiles(conversation, isPrivate, kept);
}

async function send(entry: Upload): Promise<void> {
  const stop = new AbortController();
  stops.set(entry.id, stop);
  const { conversation, file } = entry;
  try {
    const stored = await upload(file, (progress) => change(entry.id, { progress }), stop.signal);
    if (stop.signal.aborted) return;
    const before = draftOf(conversation, entry.private).files;
    setDraftFiles(conversation, entry.private, [...before, { key: stored.key, name: stored.name }]);
    remove(entry.id);
  } catch (error) {
    change(entry.id, { trouble: troubleOf(error) });
  } finally {
    stops.delete(entry.id);
  }
}

function troubleOf(error: unknown): string {
  const sentence = explain(error);
  return error instanceof ApiError && error.problem?.code === "too_large" ? t("file_too_large") : sentence;
}

const of = (conversation: number, isPrivate: boolean): readonly Upload[] =>
  uploads.peek().filter((entry) => entry.conversation === conversation && entry.private === isPrivate);

function change(id: number, changes: Partial<Upload>): void {
  uploads.value = uploads.peek().map((entry) => (entry.id === id ? { ...entry, ...changes } : entry));
}

function remove(id: number): void {
  uploads.value = uploads.peek().filter((entry) => entry.id !== id);
}

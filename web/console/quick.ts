import { signal } from "@preact/signals";

const AGAIN_MS = 5_000;

/** What the desk can do without at first sight: choices, mentions, steps on many, filters by name. Null until it is here. */
export const quick = signal<typeof import("./quick/parts") | null>(null);

export async function loadQuick(): Promise<void> {
  try {
    quick.value ??= await import("./quick/parts");
  } catch {
    setTimeout(loadQuick, AGAIN_MS);
  }
}

// What must outlive a reload. Where the browser refuses localStorage nothing is kept: the page remembers by itself.

const PREFIX = "baton.";

export function read(key: string): string | null {
  return attempt(() => localStorage.getItem(PREFIX + key));
}

/** Keeps `value`; an empty one is forgotten with its key. */
export function write(key: string, value: string): void {
  attempt(() => (value ? localStorage.setItem(PREFIX + key, value) : localStorage.removeItem(PREFIX + key)));
}

/** The kept keys that begin with `start`. */
export function keys(start: string): string[] {
  const kept = attempt(() => Object.keys(localStorage)) ?? [];
  return kept.filter((key) => key.startsWith(PREFIX + start)).map((key) => key.slice(PREFIX.length));
}

/** Calls back when another tab of the same shop writes `key`. */
export function watch(key: string, changed: () => void): void {
  addEventListener("storage", (event) => event.key === PREFIX + key && changed());
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

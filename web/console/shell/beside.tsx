import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";

/** A part whose code is fetched when it is first wanted; until then, and where that fails, there is nothing. */
export function beside<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  const loaded = signal<FunctionComponent<Props> | null>(null);
  return (props) => {
    const Part = loaded.value;
    useEffect(() => {
      if (!Part) load().then((part) => (loaded.value = part), () => undefined);
    }, []);
    return Part && <Part {...props} />;
  };
}

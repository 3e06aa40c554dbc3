import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";

/** A part whose code is fetched when it is first wanted; until then, and where that fails, there is nothing. */
export function beside<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  const loaded = signal<{ Part: FunctionComponent<Props> } | null>(null);
  return function Beside(props) {
    useEffect(() => {
      if (!loaded.peek()) load().then((Part) => (loaded.value = { Part }), () => undefined);
    }, []);
    return loaded.value && <loaded.value.Part {...props} />;
  };
}

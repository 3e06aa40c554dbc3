import { signal } from "@preact/signals";
import type { ComponentChildren, FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { tellLate } from "../late";
import { Failure, Skeleton } from "../parts";
import { t } from "../words";

/** A page whose code is fetched when it is first shown; where that fails, there is a way to try again. */
export function lazy(load: () => Promise<FunctionComponent>): () => ComponentChildren {
  const loaded = signal<{ Page: FunctionComponent } | null>(null);
  const failed = signal(false);
  let failures = 0;
  const fetchIt = async (): Promise<void> => {
    failed.value = false;
    try {
      loaded.value = { Page: await load() };
      tellLate(0);
    } catch {
      tellLate(++failures);
      failed.value = true;
    }
  };
  return function Lazy() {
    useEffect(() => {
      if (!loaded.peek()) void fetchIt();
    }, []);
    if (loaded.value) return <loaded.value.Page />;
    return failed.value ? <Failure title={t("unreachable")} retry={() => void fetchIt()} /> : <Skeleton rows={4} />;
  };
}

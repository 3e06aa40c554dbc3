import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { Failure, Skeleton } from "../parts";
import { t } from "../words";

/** A page whose file is fetched when it is first opened; where that fails it can be tried again. */
export function lazy(load: () => Promise<FunctionComponent>): FunctionComponent {
  let Loaded: FunctionComponent | undefined;
  return function Lazy() {
    const state = useSignal(Loaded ? "there" : "wait");
    const fetchPage = async (): Promise<void> => {
      state.value = "wait";
      try {
        Loaded ??= await load();
        state.value = "there";
      } catch {
        state.value = "failed";
      }
    };
    useEffect(() => void fetchPage(), []);
    if (state.value === "there" && Loaded) return <Loaded />;
    return state.value === "failed" ? <Failure title={t("page_failed")} retry={() => void fetchPage()} /> : <Skeleton rows={4} />;
  };
}

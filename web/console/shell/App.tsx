import { useEffect } from "preact/hooks";
import { Desk } from "../desk/Desk";
import { onKey } from "../desk/keys";
import { Skeleton } from "../parts";
import { helpShown, live, me } from "../store";
import { t } from "../words";
import { Help } from "./Help";
import { SignIn } from "./SignIn";
import { TopBar } from "./TopBar";

export function App() {
  if (me.value === undefined) return <Skeleton rows={4} />;
  return me.value ? <Inside /> : <SignIn />;
}

function Inside() {
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div class="shell">
      <TopBar />
      {live.value === "down" && (
        <p class="banner" role="status" data-testid="offline">
          {t("offline_banner")}
        </p>
      )}
      <Desk />
      {helpShown.value && <Help />}
    </div>
  );
}

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Desk } from "../desk/Desk";
import { onKey } from "../keys";
import { Skeleton } from "../parts";
import { Pickers } from "../pick/Pickers";
import { helpShown, live, me, type Page, page } from "../store";
import { t } from "../words";
import { Help } from "./Help";
import { lazy } from "./lazy";
import { SignIn } from "./SignIn";
import { ToastLine } from "./ToastLine";
import { TopBar } from "./TopBar";

const PAGES: Record<Page, () => ComponentChildren> = {
  desk: Desk,
  canned: lazy(async () => (await import("../pages/CannedPage")).CannedPage),
  install: lazy(async () => (await import("../pages/InstallPage")).InstallPage),
  teams: lazy(async () => (await import("../pages/teams/TeamsPage")).TeamsPage),
};

export function App() {
  if (me.value === undefined) return <Skeleton rows={4} />;
  return me.value ? <Inside /> : <SignIn />;
}

function Inside() {
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const Page = PAGES[page.value];
  return (
    <div class="shell">
      <TopBar />
      {live.value === "down" && (
        <p class="banner" role="status" data-testid="offline">
          {t("offline_banner")}
        </p>
      )}
      <Page />
      <ToastLine />
      <Pickers />
      {helpShown.value && <Help />}
    </div>
  );
}

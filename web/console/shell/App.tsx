import { useEffect } from "preact/hooks";
import { Desk } from "../desk/Desk";
import { onKey } from "../keys";
import { CannedPage } from "../pages/CannedPage";
import { InstallPage } from "../pages/InstallPage";
import { Skeleton } from "../parts";
import { Pickers } from "../pick/Pickers";
import { helpShown, live, me, page } from "../store";
import { t } from "../words";
import { Help } from "./Help";
import { SignIn } from "./SignIn";
import { ToastLine } from "./ToastLine";
import { lazy } from "./lazy";
import { TopBar } from "./TopBar";

const FiguresPage = lazy(async () => (await import("../pages/figures/FiguresPage")).FiguresPage);
const PAGES = { desk: Desk, canned: CannedPage, install: InstallPage, figures: FiguresPage } as const;

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

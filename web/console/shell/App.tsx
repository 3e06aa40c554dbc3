import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { LOCK } from "../../shared/icons";
import { Desk } from "../desk/Desk";
import { onKey } from "../keys";
import { Blank, Button, Skeleton } from "../parts";
import { needOf } from "../places";
import { Pickers } from "../pick/Pickers";
import { can, helpShown, invitation, live, me, type Page, page } from "../store";
import { setAvailability } from "../verbs";
import { t } from "../words";
import { beside } from "./beside";
import { lazy } from "./lazy";
import { SignIn } from "./SignIn";
import { ToastLine } from "./ToastLine";
import { TopBar } from "./TopBar";

const PAGES: Record<Page, () => ComponentChildren> = {
  desk: Desk,
  canned: lazy(async () => (await import("../pages/CannedPage")).CannedPage),
  figures: lazy(async () => (await import("../pages/figures/FiguresPage")).FiguresPage),
  install: lazy(async () => (await import("../pages/InstallPage")).InstallPage),
  teams: lazy(async () => (await import("../pages/teams/TeamsPage")).TeamsPage),
  people: lazy(async () => (await import("../pages/people/PeoplePage")).PeoplePage),
  trail: lazy(async () => (await import("../pages/people/TrailPage")).TrailPage),
  quality: lazy(async () => (await import("../pages/quality/QualityPage")).QualityPage),
  account: lazy(async () => (await import("../pages/people/AccountPage")).AccountPage),
};
const Invitation = lazy(async () => (await import("../pages/people/InvitationPage")).InvitationPage);

const Help = beside(async () => (await import("./Help")).Help);

export function App() {
  if (invitation.value !== null) return <Invitation />;
  if (me.value === undefined) return <Skeleton rows={4} />;
  return me.value ? <Inside /> : <SignIn />;
}

function Inside() {
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const Page = PAGES[page.value];
  const needs = needOf(page.value);
  return (
    <div class="shell">
      <TopBar />
      {live.value === "down" && (
        <p class="banner" role="status" data-testid="offline">
          {t("offline_banner")}
        </p>
      )}
      {me.value?.set_away && (
        <p class="banner" role="status" data-testid="set-away">
          {t("set_away")}{" "}
          <Button testId="im-back" class="link" onClick={() => void setAvailability("online")}>
            {t("im_back")}
          </Button>
        </p>
      )}
      {!needs || can(needs) ? <Page /> : <Blank icon={LOCK} title={t("not_for_you")} hint={t("not_for_you_hint")} />}
      <ToastLine />
      <Pickers />
      {helpShown.value && <Help />}
    </div>
  );
}

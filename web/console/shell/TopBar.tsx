import { BACK, GEAR, KEYS, LEAVE, SEARCH } from "../../shared/icons";
import { type Place, PLACES } from "../places";
import { addressOfPage } from "../route";
import { Button, Icon } from "../parts";
import { signOut } from "../session";
import { can, helpShown, live, me, page, picker } from "../store";
import { COMMAND, t } from "../words";
import { Brand } from "./Brand";
import { LanguageSwitch } from "./LanguageSwitch";
import { Settings } from "./Settings";
import { Team } from "./Team";

export function TopBar() {
  return (
    <header class="top">
      <h1>
        <a class="home" href={addressOfPage("desk")} aria-label={t("home")}>
          {page.value !== "desk" && <Icon path={BACK} />}
          <Brand />
        </a>
      </h1>
      <p class={`live ${live.value}`} role="status" data-testid="connection" data-state={live.value}>
        <i aria-hidden="true" />
        <span>{t(`live_${live.value}`)}</span>
      </p>
      <span class="space" />
      <Button
        testId="palette"
        class="ask"
        label={`${t("palette_short")} ${COMMAND} K`}
        onClick={() => (picker.value = "palette")}
      >
        <Icon path={SEARCH} />
        <span class="wide-only">{t("palette_short")}</span>
        <kbd class="wide-only" aria-hidden="true">
          {COMMAND} K
        </kbd>
      </Button>
      <span class="space" />
      <nav class="pages wide-only" aria-label={t("pages")}>
        {PLACES.filter(({ needs }) => can(needs)).map((place) => (
          <PageLink key={place.name} place={place} />
        ))}
      </nav>
      <span class="wide-only">
        <Button testId="help" label={t("shortcuts")} hint="?" onClick={() => (helpShown.value = true)}>
          <Icon path={KEYS} />
        </Button>
      </span>
      <button type="button" class="button plain" data-testid="settings" popovertarget="settings" aria-label={t("settings")} title={t("settings")}>
        <Icon path={GEAR} />
      </button>
      <span class="wide-only">
        <LanguageSwitch />
      </span>
      <button
        type="button"
        class="button plain me"
        data-testid="team"
        popovertarget="team"
        aria-label={`${me.value?.name ?? ""}: ${t(`availability_${me.value?.availability ?? "offline"}`)}`}
      >
        <i class={`dot ${me.value?.availability ?? "offline"}`} aria-hidden="true" />
        <span>{me.value?.name}</span>
      </button>
      <Button testId="sign-out" label={t("sign_out")} onClick={() => void signOut()}>
        <Icon path={LEAVE} />
      </Button>
      <Settings />
      <Team />
    </header>
  );
}

function PageLink({ place: { name, icon } }: { place: Place }) {
  return (
    <a
      class="button plain"
      href={addressOfPage(name)}
      data-testid={`page-${name}`}
      aria-label={t(`page_${name}`)}
      title={t(`page_${name}`)}
      aria-current={page.value === name ? "page" : undefined}
    >
      <Icon path={icon} />
    </a>
  );
}

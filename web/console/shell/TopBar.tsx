import { BELL, KEYS, LEAVE, MUTE, SOUND } from "../../shared/icons";
import { askToNotify, canAskToNotify, soundOn } from "../alerts";
import { Button, Icon } from "../parts";
import { signOut } from "../session";
import { helpShown, live, me } from "../store";
import { t } from "../words";
import { Brand } from "./Brand";
import { LanguageSwitch } from "./LanguageSwitch";

export function TopBar() {
  return (
    <header class="top">
      <h1>
        <Brand />
      </h1>
      <p class={`live ${live.value}`} role="status" data-testid="connection" data-state={live.value}>
        <i aria-hidden="true" />
        <span>{t(`live_${live.value}`)}</span>
      </p>
      <span class="space" />
      {canAskToNotify.value && (
        <Button testId="notify" label={t("notify")} onClick={() => void askToNotify()}>
          <Icon path={BELL} />
          <span class="wide-only">{t("notify")}</span>
        </Button>
      )}
      <Button
        testId="sound"
        label={t(soundOn.value ? "sound_on" : "sound_off")}
        onClick={() => (soundOn.value = !soundOn.value)}
      >
        <Icon path={soundOn.value ? SOUND : MUTE} />
      </Button>
      <span class="wide-only">
        <Button testId="help" label={t("shortcuts")} onClick={() => (helpShown.value = true)}>
          <Icon path={KEYS} />
        </Button>
      </span>
      <LanguageSwitch />
      <span class="me wide-only">{me.value?.name}</span>
      <Button testId="sign-out" label={t("sign_out")} onClick={() => void signOut()}>
        <Icon path={LEAVE} />
      </Button>
    </header>
  );
}

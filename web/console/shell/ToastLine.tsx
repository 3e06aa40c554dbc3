import { BELL, CHECK, CLOSE } from "../../shared/icons";
import { Button, Icon } from "../parts";
import { addressOf } from "../route";
import { toast } from "../store";
import { closeToast, holdToast, releaseToast, undo } from "../toasts";
import { t } from "../words";

/** What was done, and the way back. The place is always there, so that it is read out when it is filled. */
export function ToastLine() {
  const shown = toast.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown && (
        <div
          class="toast"
          data-testid="toast"
          onPointerEnter={(event) => event.pointerType === "mouse" && holdToast()}
          onPointerLeave={releaseToast}
          onFocusIn={holdToast}
          onFocusOut={releaseToast}
        >
          <Icon path={shown.to === null ? CHECK : BELL} />
          <p>
            {shown.to === null ? shown.text : <a href={addressOf(shown.to)} onClick={closeToast}>{shown.text}</a>}
          </p>
          {shown.undo && (
            <Button testId="undo" class="toast-undo" keys="z" onClick={() => void undo()}>
              {t("undo")}
            </Button>
          )}
          <Button testId="close-toast" label={t("close")} onClick={closeToast}>
            <Icon path={CLOSE} />
          </Button>
        </div>
      )}
    </div>
  );
}

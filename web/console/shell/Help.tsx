import { useEffect, useRef } from "preact/hooks";
import { CLOSE } from "../../shared/icons";
import { Button, Icon } from "../parts";
import { helpShown } from "../store";
import { t, type TextKey } from "../words";

export const COMMAND = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

const KEYS: readonly (readonly [string, TextKey])[] = [
  ["k / j", "key_move"],
  ["c", "key_claim"],
  ["r", "key_reply"],
  ["n", "key_note"],
  ["e", "key_resolve"],
  ["b", "key_hand_back"],
  [`${COMMAND} + Enter`, "key_send"],
  ["Esc", "key_leave"],
  ["?", "key_help"],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => {
    helpShown.value = false;
  };
  return (
    <dialog class="help" ref={dialog} onClose={close} aria-labelledby="help-title" data-testid="shortcuts">
      <div class="help-head">
        <h2 id="help-title">{t("shortcuts")}</h2>
        <Button testId="close-help" label={t("close")} onClick={close}>
          <Icon path={CLOSE} />
        </Button>
      </div>
      <dl>
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}

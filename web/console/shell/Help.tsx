import { useEffect, useRef } from "preact/hooks";
import { CLOSE } from "../../shared/icons";
import { commands, nameOf } from "../commands";
import { Button, Icon } from "../parts";
import { can, helpShown } from "../store";
import { w } from "../tone/texts";
import { COMMAND, t } from "../words";
import { w as onReviews } from "./keyTexts";

/** Every key that one may use, from the table of commands. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => {
    helpShown.value = false;
  };
  const keyed = commands().filter(({ keys, needs, within }) => keys && !within && (!needs || can(needs)));
  return (
    <dialog class="help" ref={dialog} onClose={close} aria-labelledby="help-title" data-testid="shortcuts">
      <div class="help-head">
        <h2 id="help-title">{t("shortcuts")}</h2>
        <Button testId="close-help" label={t("close")} onClick={close}>
          <Icon path={CLOSE} />
        </Button>
      </div>
      <dl>
        {keyed.map((command) => (
          <Line key={command.id} keys={command.keys} meaning={nameOf(command)} />
        ))}
        <Line keys="Enter" meaning={t("key_open")} />
        <Line keys="mod Enter" meaning={t("key_send")} />
        <Line keys="mod Shift Enter" meaning={t("key_finish")} />
        <Line keys="Alt Enter" meaning={w("take_key")} />
        <Line keys="Alt Shift Enter" meaning={w("keep_key")} />
        {can("review") && (
          <>
            <Line keys="1–5" meaning={onReviews("review_score")} />
            <Line keys="j k" meaning={onReviews("review_move")} />
            <Line keys="mod Enter" meaning={onReviews("review_save")} />
          </>
        )}
      </dl>
    </dialog>
  );
}

function Line({ keys, meaning }: { keys: string; meaning: string }) {
  return (
    <div>
      <dt>
        {keys.split(" ").map((key) => (
          <kbd key={key}>{key === "mod" ? COMMAND : key === "Escape" ? "Esc" : key}</kbd>
        ))}
      </dt>
      <dd>{meaning}</dd>
    </div>
  );
}

import { useEffect, useRef } from "preact/hooks";
import { CLOSE } from "../../shared/icons";
import { commands, nameOf } from "../commands";
import { Button, Icon } from "../parts";
import { can, helpShown } from "../store";
import { w as onTone } from "../tone/texts";
import { COMMAND, t } from "../words";
import { type Word, w } from "./keyTexts";

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
        <Line keys="Enter" meaning={w("open")} />
        <Line keys="mod Enter" meaning={w("send")} />
        <Line keys="mod Shift Enter" meaning={w("finish")} />
        <Line keys="Alt Enter" meaning={onTone("take_key")} />
        <Line keys="Alt Shift Enter" meaning={onTone("keep_key")} />
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

const onReviews = (what: Word): string => w("on_page", { page: t("page_quality"), what: w(what) });

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

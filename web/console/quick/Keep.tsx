import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../parts";
import { closePicker, Sheet } from "../pick/Picker";
import { can, filter, view } from "../store";
import { teamWord } from "../teams";
import { languageWord, reasonWord, t } from "../words";
import { isTaken, keep, whyNot } from "./saved";
import { names, w } from "./words";

/** A name for what the list is narrowed to. */
export function Keep() {
  const box = useRef<HTMLInputElement>(null);
  const trouble = useSignal("");
  const busy = useSignal(false);
  useEffect(() => box.current?.focus(), []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(form.get("name")).trim();
    if (!name || busy.peek()) return;
    if (isTaken(name, 0)) return void (trouble.value = w("taken"));
    busy.value = true;
    try {
      await keep(name, form.get("shared") !== null);
      closePicker();
    } catch (error) {
      trouble.value = whyNot(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Sheet title={w("keep")}>
      <form class="picker-form keep-form" onSubmit={(event) => void submit(event)}>
        <h2>{w("keep")}</h2>
        <p class="quiet">{w("keep_what", { what: names(described()) })}</p>
        <label>
          {w("keep_name")}
          <input ref={box} name="name" required maxLength={60} dir="auto" autocomplete="off" data-testid="filter-name" />
        </label>
        {can("assign") && (
          <label class="keep-share">
            <input type="checkbox" name="shared" data-testid="filter-share" /> {w("keep_share")}
          </label>
        )}
        <p class="trouble" role="alert" data-testid="filter-trouble">
          {trouble.value}
        </p>
        <div class="picker-foot">
          <Button testId="filter-leave" class="quiet" onClick={closePicker}>
            {t("close")}
          </Button>
          <button class="button primary" type="submit" disabled={busy.value} data-testid="filter-save">
            {w("keep_do")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}

/** What is narrowed, in words. */
function described(): string[] {
  const { priority, language, channel, reason, tag, team, due, sort, q } = filter.value;
  return [
    !q && t(`view_${view.value}`),
    q && `“${q}”`,
    priority && t(`priority_${priority as "urgent"}`),
    language && languageWord(language),
    channel && t(`channel_${channel as "widget"}`),
    reason && reasonWord(reason),
    tag && `#${tag}`,
    team && teamWord(team),
    due && t("due_near"),
    sort && t("sort_due"),
  ].filter((word): word is string => Boolean(word));
}

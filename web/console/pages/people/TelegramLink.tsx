import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { TelegramAccount, TelegramCode } from "../../../generated/console";
import { call } from "../../api";
import { copy } from "../../clipboard";
import { Button } from "../../parts";
import { explain } from "../../problems";
import { can } from "../../store";
import { tell } from "../../toasts";
import { moment } from "./staff";
import { say } from "./telegramTexts";

const LOOK_MS = 3000;

const account = signal<TelegramAccount | null>(null);
/** A code that was just made; it is shown this once. */
const code = signal<TelegramCode | null>(null);
const over = signal(false);

async function load(): Promise<void> {
  try {
    const before = account.peek()?.linked_at;
    account.value = await call<TelegramAccount>("GET", "telegram");
    if (account.peek()?.linked_at !== before) code.value = null;
  } catch (error) {
    explain(error);
  }
}

async function getCode(): Promise<void> {
  try {
    code.value = await call<TelegramCode>("POST", "telegram/code");
    over.value = false;
  } catch (error) {
    explain(error);
  }
}

async function unlink(): Promise<void> {
  try {
    await call("DELETE", "telegram");
    code.value = null;
    tell(say("unlinked"));
    await load();
  } catch (error) {
    explain(error);
  }
}

/** While a code is shown, whether it was used is looked at again and again. */
function look(): void {
  const shown = code.peek();
  if (!shown) return;
  if (Date.parse(shown.expires_at) > Date.now()) return void load();
  code.value = null;
  over.value = true;
}

/** One's own account on Telegram, where the shop has a group of agents there. */
export function TelegramLink() {
  useEffect(() => {
    if (!can("work")) return undefined;
    code.value = null;
    void load();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const known = account.value;
  if (!known?.available) return null;
  return (
    <section class="person-form narrow telegram-link" data-testid="telegram">
      <h2>{say("title")}</h2>
      <p class="quiet">{say("lead")}</p>
      {known.linked_at && <p data-testid="telegram-linked">{say("linked", { time: moment(known.linked_at) })}</p>}
      {code.value ? <Shown shown={code.value} /> : over.value && <p role="status">{say("over")}</p>}
      <div class="page-foot">
        {!code.value && (
          <Button testId="telegram-code" class={known.linked_at ? "quiet" : "primary"} onClick={() => void getCode()}>
            {say(known.linked_at ? "again" : "link")}
          </Button>
        )}
        {known.linked_at && (
          <Button testId="telegram-unlink" class="quiet" onClick={() => void unlink()}>
            {say("unlink")}
          </Button>
        )}
      </div>
    </section>
  );
}

function Shown({ shown }: { shown: TelegramCode }) {
  const line = `/link ${shown.code}`;
  return (
    <div class="link-shown" role="status">
      <p>{say("how")}</p>
      <div class="snippet">
        <code data-testid="telegram-line" tabIndex={0}>
          {line}
        </code>
        <Button testId="telegram-copy" class="primary" onClick={() => void copy(line)}>
          {say("copy")}
        </Button>
      </div>
      <p class="quiet">{say("until", { time: moment(shown.expires_at) })}</p>
    </div>
  );
}

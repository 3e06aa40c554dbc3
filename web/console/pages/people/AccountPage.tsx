import "./people.css";
import { useSignal } from "@preact/signals";
import { me } from "../../store";
import { tell } from "../../toasts";
import { NewPassword, unfit } from "./NewPassword";
import { people, trouble } from "./staff";
import { TelegramLink } from "./TelegramLink";
import { say } from "./texts";

/** One's own password, and one's account on Telegram. */
export function AccountPage() {
  const old = useSignal("");
  const first = useSignal("");
  const again = useSignal("");
  const wrong = useSignal("");
  const busy = useSignal(false);
  const has = me.value?.has_password ?? false;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    wrong.value = unfit(first.peek(), again.peek());
    if (wrong.peek()) return;
    busy.value = true;
    try {
      me.value = await people.changePassword({ old: old.peek(), new: first.peek() });
      old.value = first.value = again.value = "";
      tell(say("password_saved"));
    } catch (error) {
      wrong.value = trouble(error);
    }
    busy.value = false;
  };
  return (
    <main class="page account-page" data-testid="account-page">
      <form class="person-form narrow" onSubmit={(event) => void submit(event)}>
        <h2>{say("account")}</h2>
        <p class="quiet">{say(has ? "account_lead" : "password_first")}</p>
        <input class="unseen" type="email" autocomplete="username" readOnly tabIndex={-1} aria-hidden="true" value={me.value?.email ?? ""} />
        {has && (
          <label>
            {say("password_old")}
            <input
              type="password"
              data-testid="password-old"
              autocomplete="current-password"
              required
              maxLength={200}
              value={old.value}
              onInput={(event) => (old.value = event.currentTarget.value)}
            />
          </label>
        )}
        <NewPassword first={first} again={again} />
        {wrong.value && (
          <p class="trouble" role="alert" data-testid="people-trouble">
            {wrong.value}
          </p>
        )}
        <div class="page-foot">
          <button class="button primary" type="submit" data-testid="password-save" disabled={busy.value}>
            {say("password_save")}
          </button>
        </div>
      </form>
      <TelegramLink />
    </main>
  );
}

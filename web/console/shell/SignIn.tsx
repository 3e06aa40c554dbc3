import { useSignal } from "@preact/signals";
import { signIn } from "../session";
import { signInTrouble } from "../store";
import { t } from "../words";
import { Brand } from "./Brand";
import { LanguageSwitch } from "./LanguageSwitch";

export function SignIn() {
  const busy = useSignal(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    await signIn(String(form.get("email")), String(form.get("password")));
    busy.value = false;
  };

  return (
    <main class="sign-in">
      <form class="card" onSubmit={(event) => void submit(event)} data-testid="sign-in">
        <h1>
          <Brand />
        </h1>
        <p class="lead">{t("sign_in_lead")}</p>
        {signInTrouble.value && (
          <p class="trouble" role="alert" data-testid="sign-in-trouble">
            {signInTrouble.value}
          </p>
        )}
        <label>
          {t("email")}
          <input name="email" type="email" autocomplete="username" required maxLength={200} data-testid="email" />
        </label>
        <label>
          {t("password")}
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxLength={200}
            data-testid="password"
          />
        </label>
        <button class="button primary" type="submit" disabled={busy.value} data-testid="submit">
          {busy.value ? t("signing_in") : t("sign_in")}
        </button>
      </form>
      <LanguageSwitch />
    </main>
  );
}

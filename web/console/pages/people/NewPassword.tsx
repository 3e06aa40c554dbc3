import type { Signal } from "@preact/signals";
import { MIN_PASSWORD } from "./staff";
import { say } from "./texts";

/** A new password, twice. */
export function NewPassword({ first, again }: { first: Signal<string>; again: Signal<string> }) {
  return (
    <>
      <label>
        {say("password_new")}
        <input
          type="password"
          data-testid="password-new"
          autocomplete="new-password"
          required
          minLength={MIN_PASSWORD}
          maxLength={200}
          value={first.value}
          onInput={(event) => (first.value = event.currentTarget.value)}
        />
        <small>{say("password_hint", { n: MIN_PASSWORD })}</small>
      </label>
      <label>
        {say("password_again")}
        <input
          type="password"
          data-testid="password-again"
          autocomplete="new-password"
          required
          maxLength={200}
          value={again.value}
          onInput={(event) => (again.value = event.currentTarget.value)}
        />
      </label>
    </>
  );
}

/** What is wrong with a new password; empty where nothing is. */
export function unfit(first: string, again: string): string {
  if (first.length < MIN_PASSWORD) return say("trouble_password", { n: MIN_PASSWORD });
  return first === again ? "" : say("trouble_repeat");
}

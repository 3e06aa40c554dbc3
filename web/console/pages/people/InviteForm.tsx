import { useSignal } from "@preact/signals";
import type { Newcomer } from "../../../generated/console";
import { ApiError } from "../../api";
import { Button } from "../../parts";
import { RoleChoice } from "./RoleChoice";
import { chosen, made, people, put, trouble } from "./staff";
import { say } from "./texts";

/** Somebody new: who they are and what they may do. They choose their password themselves. */
export function InviteForm() {
  const draft = useSignal<Newcomer>({ email: "", name: "", role: "agent" });
  const wrong = useSignal("");
  const busy = useSignal(false);
  const { email, name, role } = draft.value;
  const change = (changes: Partial<Newcomer>): void => {
    wrong.value = "";
    draft.value = { ...draft.peek(), ...changes };
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    try {
      const invitation = await people.invite(draft.peek());
      put(invitation.member);
      chosen.value = invitation.member.id;
      made.value = invitation;
    } catch (error) {
      const unfit = error instanceof ApiError && error.problem?.code === "bad_request";
      wrong.value = unfit ? say("trouble_bad_email") : trouble(error);
    }
    busy.value = false;
  };
  return (
    <form class="person-form" onSubmit={(event) => void submit(event)} data-testid="invite-form">
      <h2>{say("invite")}</h2>
      <p class="quiet">{say("invite_lead")}</p>
      <label>
        {say("email")}
        <input
          type="email"
          data-testid="invite-email"
          autocomplete="off"
          required
          maxLength={200}
          value={email}
          onInput={(event) => change({ email: event.currentTarget.value })}
        />
      </label>
      <label>
        {say("name")}
        <input
          data-testid="invite-name"
          autocomplete="off"
          required
          maxLength={200}
          value={name}
          onInput={(event) => change({ name: event.currentTarget.value })}
        />
        <small>{say("name_hint")}</small>
      </label>
      <RoleChoice value={role} choose={(next) => change({ role: next })} />
      {wrong.value && (
        <p class="trouble" role="alert" data-testid="people-trouble">
          {wrong.value}
        </p>
      )}
      <div class="page-foot">
        <button class="button primary" type="submit" data-testid="invite-do" disabled={busy.value || !email.trim() || !name.trim()}>
          {say("invite_do")}
        </button>
        <Button testId="invite-cancel" class="quiet" onClick={() => (chosen.value = null)}>
          {say("cancel")}
        </Button>
      </div>
    </form>
  );
}

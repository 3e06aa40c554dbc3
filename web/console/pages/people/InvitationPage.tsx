import "./people.css";
import { batch, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Invited } from "../../../generated/console";
import { ApiError } from "../../api";
import { Button, Failure, Skeleton } from "../../parts";
import { invitation, me } from "../../store";
import { Brand } from "../../shell/Brand";
import { LanguageSwitch } from "../../shell/LanguageSwitch";
import { NewPassword, unfit } from "./NewPassword";
import { people, trouble } from "./staff";
import { say } from "./texts";

type Found = Invited | "over" | "failed" | null;

/** Somebody who was invited chooses a password and is in. */
export function InvitationPage() {
  const found = useSignal<Found>(null);
  const code = invitation.value ?? "";
  const look = async (): Promise<void> => {
    found.value = null;
    try {
      found.value = await people.invited(code);
    } catch (error) {
      found.value = isOver(error) ? "over" : "failed";
    }
  };
  useEffect(() => void look(), [code]);
  return (
    <main class="sign-in" data-testid="invitation-page">
      <Card found={found.value} code={code} over={() => (found.value = "over")} retry={() => void look()} />
      <LanguageSwitch />
    </main>
  );
}

function Card({ found, code, over, retry }: { found: Found; code: string; over: () => void; retry: () => void }) {
  if (found === null) return <Skeleton rows={3} />;
  if (found === "failed") return <Failure title={say("failed")} retry={retry} />;
  if (found === "over") return <Over />;
  return <Welcome who={found} code={code} over={over} />;
}

function Over() {
  return (
    <div class="card" data-testid="invitation-over">
      <h1>
        <Brand />
      </h1>
      <p>
        <b>{say("invitation_over")}</b>
      </p>
      <p class="lead">{say("invitation_over_hint")}</p>
      <Button testId="to-sign-in" class="primary" onClick={() => location.reload()}>
        {say("to_sign_in")}
      </Button>
    </div>
  );
}

function Welcome({ who, code, over }: { who: Invited; code: string; over: () => void }) {
  const first = useSignal("");
  const again = useSignal("");
  const wrong = useSignal("");
  const busy = useSignal(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    wrong.value = unfit(first.peek(), again.peek());
    if (wrong.peek()) return;
    busy.value = true;
    try {
      const entered = await people.accept({ code, password: first.peek() });
      batch(() => {
        me.value = entered;
        invitation.value = null;
      });
    } catch (error) {
      if (isOver(error)) over();
      else wrong.value = trouble(error);
    }
    busy.value = false;
  };
  return (
    <form class="card" onSubmit={(event) => void submit(event)} data-testid="welcome">
      <h1>
        <Brand />
      </h1>
      <div>
        <p>
          <b dir="auto">{say("welcome", { name: who.name })}</b>
        </p>
        <p class="lead">{say("welcome_lead")}</p>
      </div>
      <label>
        {say("email")}
        <input type="email" autocomplete="username" readOnly value={who.email} />
      </label>
      <NewPassword first={first} again={again} />
      {wrong.value && (
        <p class="trouble" role="alert" data-testid="people-trouble">
          {wrong.value}
        </p>
      )}
      <button class="button primary" type="submit" data-testid="enter" disabled={busy.value}>
        {say(busy.value ? "entering" : "enter")}
      </button>
    </form>
  );
}

const isOver = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

import type { Invitation } from "../../../generated/console";
import { copy } from "../../clipboard";
import { Button } from "../../parts";
import { linkOf, made, moment } from "./staff";
import { say } from "./texts";

/** A link that was just made, to be copied now or never. */
export function LinkShown({ invitation }: { invitation: Invitation }) {
  const { member, expires_at, sent } = invitation;
  const link = linkOf(invitation);
  return (
    <section class="link-shown" role="status" data-testid="link-shown">
      <h3>{say("link_title", { name: member.name })}</h3>
      <div class="snippet">
        <code data-testid="link" tabIndex={0}>
          {link}
        </code>
        <Button testId="copy-link" class="primary" onClick={() => void copy(link)}>
          {say("link_copy")}
        </Button>
      </div>
      <p class="quiet">{say("link_hint", { name: member.name, time: moment(expires_at) })}</p>
      {sent && <p>{say("link_sent", { email: member.email })}</p>}
      <Button testId="link-done" class="quiet" onClick={() => (made.value = null)}>
        {say("link_done")}
      </Button>
    </section>
  );
}

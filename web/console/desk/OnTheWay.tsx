import { ALERT, CLOCK, FILE } from "../../shared/icons";
import { Button, Icon, Words } from "../parts";
import type { Outgoing } from "../store";
import { retry, rewrite } from "../talk";
import { t } from "../words";

/** Own words the server does not have yet. */
export function OnTheWay({ words }: { words: Outgoing }) {
  return (
    <article
      class={`message ${words.private ? "note" : "agent"} on-the-way`}
      data-testid="outgoing"
      data-state={words.trouble ? "failed" : "sending"}
    >
      {words.files.map(({ key, name }) => (
        <span class="file" key={key} dir="auto">
          <Icon path={FILE} /> {name}
        </span>
      ))}
      {words.text && (
        <div class="bubble">
          <Words text={words.text} markdown={false} />
        </div>
      )}
      {words.trouble ? <Failed words={words} /> : <Sending />}
    </article>
  );
}

function Sending() {
  return (
    <p class="state">
      <Icon path={CLOCK} />
      {t("sending")}
    </p>
  );
}

function Failed({ words }: { words: Outgoing }) {
  return (
    <p class="state failed" role="alert">
      <Icon path={ALERT} />
      {t("not_sent")} · {words.trouble}
      <Button testId="retry" class="link" onClick={() => retry(words)}>
        {t("try_again")}
      </Button>
      <Button testId="rewrite" class="link" onClick={() => rewrite(words)}>
        {t("edit")}
      </Button>
    </p>
  );
}

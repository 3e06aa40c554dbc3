import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Member } from "../../../generated/console";
import { Button } from "../../parts";
import { me } from "../../store";
import { tell } from "../../toasts";
import { LinkShown } from "./LinkShown";
import { seen, Standing } from "./PeoplePage";
import { RoleChoice } from "./RoleChoice";
import { load, made, moment, people, put, trouble } from "./staff";
import { say } from "./texts";

/** One person: how they stand, what they may do, how they get in. */
export function PersonPane({ member }: { member: Member }) {
  const wrong = useSignal("");
  return (
    <div class="person-form" data-testid="person-pane">
      <header class="person-head">
        <h2 dir="auto">
          {member.name}
          {member.id === me.value?.id && <small class="quiet"> ({say("you")})</small>}
        </h2>
        <Standing member={member} />
        <p class="quiet">{member.email}</p>
      </header>
      {made.value?.member.id === member.id && <LinkShown invitation={made.value} />}
      {wrong.value && (
        <p class="trouble" role="alert" data-testid="people-trouble">
          {wrong.value}
        </p>
      )}
      {member.locked_until && <Locked member={member} wrong={wrong} />}
      <Facts member={member} />
      <Change key={`${member.name} ${member.role}`} member={member} wrong={wrong} />
      <Doors member={member} wrong={wrong} />
    </div>
  );
}

interface Part {
  member: Member;
  wrong: Signal<string>;
}

function Facts({ member }: { member: Member }) {
  return (
    <dl class="person-standing">
      <Fact name={say("fact_availability")}>{seen(member)}</Fact>
      <Fact name={say("fact_open")}>{member.open}</Fact>
      <Fact name={say("fact_snoozed")}>{member.snoozed}</Fact>
      <Fact name={say("fact_sessions")}>{member.sessions}</Fact>
      <Fact name={say("fact_password")}>{say(member.has_password ? "password_yes" : "password_no")}</Fact>
      {member.invited_until && (
        <Fact name={say("fact_invited")}>{say("invited_until", { time: moment(member.invited_until) })}</Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Locked({ member, wrong }: Part) {
  return (
    <div class="locked">
      <p>{say("locked", { time: moment(member.locked_until ?? "") })}</p>
      <Button
        testId="lift"
        class="quiet"
        onClick={() => void act(wrong, () => people.liftLock(member.id), say("lock_lifted", { name: member.name }))}
      >
        {say("lock_lift")}
      </Button>
    </div>
  );
}

function Change({ member, wrong }: Part) {
  const name = useSignal(member.name);
  const role = useSignal(member.role);
  const same = name.value.trim() === member.name && role.value === member.role;
  const save = (event: Event): void => {
    event.preventDefault();
    void act(wrong, () => people.change(member.id, { name: name.peek(), role: role.peek() }), say("saved"));
  };
  return (
    <form class="person-part" onSubmit={save}>
      <label>
        {say("name")}
        <input
          data-testid="person-name"
          required
          maxLength={200}
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <RoleChoice value={role.value} choose={(next) => (role.value = next)} />
      <div class="page-foot">
        <button class="button primary" type="submit" data-testid="person-save" disabled={same || !name.value.trim()}>
          {say("save")}
        </button>
      </div>
    </form>
  );
}

/** Ways in and out. Each says what will happen. */
function Doors({ member, wrong }: Part) {
  const { id, name } = member;
  const renew = async (): Promise<void> => {
    const done = await attempt(wrong, () => people.renew(id));
    if (!done) return;
    put(done.member);
    made.value = done;
    showTop();
  };
  const back = async (): Promise<void> => put(await people.reactivate(id));
  const sure = useSignal(false);
  /** Customers lose their agent with it: that is asked for twice. */
  const deactivate = (): void => {
    sure.value = member.open > 0 && !sure.peek();
    if (!sure.peek()) void act(wrong, () => people.deactivate(id), say("deactivated", { name }), back);
  };
  if (!member.active) {
    return (
      <section class="person-part doors">
        <h3>{say("way_in")}</h3>
        <Door hint={say("reactivate_hint")}>
          <Button
            testId="reactivate"
            class="primary"
            onClick={() => void act(wrong, () => people.reactivate(id), say("reactivated", { name }))}
          >
            {say("reactivate")}
          </Button>
        </Door>
      </section>
    );
  }
  return (
    <section class="person-part doors">
      <h3>{say("way_in")}</h3>
      <Door hint={say("link_new_hint")}>
        <Button testId="link-new" class="quiet" onClick={() => void renew()}>
          {say("link_new")}
        </Button>
      </Door>
      <Door hint={say("sessions_end_hint")}>
        <Button
          testId="sessions-end"
          class="quiet"
          disabled={member.sessions === 0 && !member.invited_until}
          onClick={() => void act(wrong, () => people.endSessions(id), say("sessions_ended", { name }))}
        >
          {say("sessions_end")}
        </Button>
      </Door>
      <Door hint={say("deactivate_hint", { n: member.open })}>
        <Button testId="deactivate" class="quiet danger" onClick={deactivate}>
          {sure.value ? say("deactivate_sure", { n: member.open }) : say("deactivate")}
        </Button>
        {sure.value && (
          <Button testId="deactivate-not" class="link" onClick={() => (sure.value = false)}>
            {say("cancel")}
          </Button>
        )}
      </Door>
    </section>
  );
}

function Door({ hint, children }: { hint: string; children: ComponentChildren }) {
  return (
    <div class="door">
      <p class="quiet">{hint}</p>
      {children}
    </div>
  );
}

/** What was said or made stands there; on a phone the button is far below. */
function showTop(): void {
  document.querySelector(".page-form")?.scrollTo({ top: 0 });
}

/** Does it, shows how they stand then, and tells of it. */
async function act(
  wrong: Signal<string>,
  verb: () => Promise<Member>,
  done: string,
  undo: (() => Promise<void>) | null = null,
): Promise<void> {
  const member = await attempt(wrong, verb);
  if (!member) return;
  made.value = null;
  put(member);
  tell(done, undo);
  void load();
}

async function attempt<Answer>(wrong: Signal<string>, verb: () => Promise<Answer>): Promise<Answer | null> {
  wrong.value = "";
  try {
    return await verb();
  } catch (error) {
    wrong.value = trouble(error);
    showTop();
    return null;
  }
}

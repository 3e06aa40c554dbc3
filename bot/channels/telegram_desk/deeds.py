"""What agents do in a topic, through the desk's own verbs: each in one transaction, once for each message of theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.channels.telegram_desk import topics
from bot.channels.telegram_desk.topics import Topic
from handoff import desk, inbox
from handoff.desk import canned, presence, teams, telegram_links
from handoff.desk.telegram_links import Linked
from handoff.roles import Permission, permissions
from handoff.sla import Sla
from handoff.states import Status
from handoff.values import Language

MAX_TAG = 40

Deed = Callable[[Session, Topic, Linked, datetime], None]


@dataclass(frozen=True, slots=True)
class Wrote:
    """What an agent wrote in a topic; `telegram_id` makes it unique in its group.

    `below` is the message there that it answers, and `quoted` the words of that which they chose.
    """

    telegram_id: int
    text: str
    files: tuple[str, ...] = ()
    below: int | None = None
    quoted: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a conversation may go to: a colleague or a team."""

    name: str
    agent_id: int | None = None
    team_id: int | None = None


def once(session: Session, topic: Topic, agent: Linked, now: datetime, *, deed: Deed, source: str) -> None:
    """Nothing where it was done before: `source` names a message or a press in the topic's group."""
    if topics.is_first(session, topic.group_id, source, now):
        deed(session, topic, agent, now)


def speak(session: Session, topic: Topic, agent: Linked, now: datetime, *, wrote: Wrote, shown: bool = True) -> None:
    """To the customer. What nobody has becomes theirs. Raises `AlreadyAssigned` where a colleague has it.

    Not `shown`: these are not the words that stand in the topic.
    """
    if topics.shown_as(session, topic.group_id, wrote.telegram_id) is not None:
        return
    view = inbox.conversation_view(session, topic.conversation_id)
    if view.assignee_id != agent.agent_id or view.status not in (Status.OPEN, Status.SNOOZED):
        take(session, topic, agent, now)
    source = f"telegram:{topic.group_id}.{wrote.telegram_id}"
    asked = topics.asked(session, topic, wrote.below, wrote.quoted) if wrote.below is not None else None
    message_id = desk.agent_reply(
        session, topic.conversation_id, agent.agent_id, source, wrote.text, now, files=wrote.files, answers=asked
    )
    if shown:
        topics.stand_for(session, topic, wrote.telegram_id, [message_id])
    telegram_links.heard_of(session, agent.agent_id, now)


def note(session: Session, topic: Topic, agent: Linked, now: datetime, *, wrote: Wrote) -> None:
    """For colleagues only, whoever has it."""
    if topics.shown_as(session, topic.group_id, wrote.telegram_id) is not None:
        return
    source = f"telegram:{topic.group_id}.{wrote.telegram_id}"
    message_id = desk.note(session, topic.conversation_id, agent.agent_id, source, wrote.text, now, files=wrote.files)
    topics.stand_for(session, topic, wrote.telegram_id, [message_id])
    telegram_links.heard_of(session, agent.agent_id, now)


def take(session: Session, topic: Topic, agent: Linked, now: datetime) -> None:
    """Claim it, or take up again what is resolved or was put aside. Raises as `desk.claim` does."""
    view = inbox.conversation_view(session, topic.conversation_id)
    mine = view.assignee_id == agent.agent_id
    if view.status is Status.RESOLVED or (view.status is Status.SNOOZED and mine):
        desk.reopen(session, topic.conversation_id, agent.agent_id, now)
    else:
        desk.claim(session, topic.conversation_id, agent.agent_id, now)
    telegram_links.heard_of(session, agent.agent_id, now)


def hand_back(session: Session, topic: Topic, agent: Linked, now: datetime) -> None:
    """Seen is what the topic shows. Raises as `desk.hand_back` does."""
    telegram_links.heard_of(session, agent.agent_id, now)
    desk.hand_back(session, topic.conversation_id, agent.agent_id, topic.seq, now)


def resolve(session: Session, topic: Topic, agent: Linked, now: datetime) -> None:
    telegram_links.heard_of(session, agent.agent_id, now)
    desk.resolve(session, topic.conversation_id, agent.agent_id, topic.seq, now)


def snooze(session: Session, topic: Topic, agent: Linked, now: datetime, *, for_: timedelta) -> None:
    telegram_links.heard_of(session, agent.agent_id, now)
    desk.snooze(session, topic.conversation_id, agent.agent_id, topic.seq, now + for_, now)


def transfer(session: Session, topic: Topic, agent: Linked, now: datetime, *, to: Target, sla: Sla) -> None:
    telegram_links.heard_of(session, agent.agent_id, now)
    desk.transfer(
        session,
        topic.conversation_id,
        agent.agent_id,
        to.agent_id,
        None,
        now,
        team_id=to.team_id,
        anybodys=Permission.ASSIGN in permissions(agent.role),
        sla=sla,
    )


def label(session: Session, topic: Topic, agent: Linked, now: datetime, *, name: str) -> None:
    """What it was really about, as a tag beside those it has."""
    telegram_links.heard_of(session, agent.agent_id, now)
    desk.add_tag(session, topic.conversation_id, agent.agent_id, " ".join(name.split())[:MAX_TAG], now)


def targets(session: Session, language: Language, now: datetime) -> list[Target]:
    """Everybody a conversation may go to, by the names agents know."""
    people = [Target(one.name, agent_id=one.id) for one in presence.colleagues(session, now)]
    active = [team for team in teams.listing(session) if team.active]
    return people + [Target(team.names.get(language, team.key), team_id=team.id) for team in active]


def find_target(known: Sequence[Target], wanted: str) -> Target | None:
    """By the whole name, else by its beginning, where only one begins so."""
    folded = wanted.strip().lstrip("@").casefold()
    same = [one for one in known if one.name.casefold() == folded]
    found = same or [one for one in known if folded and one.name.casefold().startswith(folded)]
    return found[0] if len(found) == 1 else None


def prepared(session: Session, topic: Topic, shortcut: str, language: Language) -> str | None:
    """A prepared answer in the customer's language, else in the shop's, else in any."""
    one = next((each for each in canned.listing(session) if each.shortcut == shortcut), None)
    if one is None or not one.texts:
        return None
    spoken = inbox.conversation_view(session, topic.conversation_id).language or language
    return one.texts.get(spoken) or one.texts.get(language) or next(iter(one.texts.values()))

"""Tables of the desk."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handoff.db import ID, Base, UtcDateTime


class Contact(Base):
    """A customer on one channel. `key` is what the channel knows them by; of a widget visitor only a hash.

    `named`: `name` is what the shop says they are called, else a code of ours. `identified`: the shop has vouched for
    who this is; `email_vouched`: and for where they may be written to. `chosen_language`: they have said so themselves.
    `answered_on`: where else our words to them go, besides the conversation's own channel. `zone`: their clock's.
    """

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "key"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(200))
    named: Mapped[bool] = mapped_column(Boolean, default=False)
    locale: Mapped[str | None] = mapped_column(String(8))
    chosen_language: Mapped[str | None] = mapped_column(String(8))
    answered_on: Mapped[str | None] = mapped_column(String(16))
    zone: Mapped[str | None] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(200))
    email_vouched: Mapped[bool] = mapped_column(Boolean, default=False)
    identified: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VisitorAlias(Base):
    """A further token of a visitor, by its hash: whoever came by a link of ours or logged in, on whatever device.

    `created_at` is when it was made, or last proved by a link or a login; it ends by itself.
    """

    __tablename__ = "visitor_aliases"
    __table_args__ = (Index(None, "contact_id"), Index(None, "created_at"))

    token_hash: Mapped[str] = mapped_column(String(128), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Agent(Base):
    """Who may sign in. `availability` is what they say, or "silent" where the desk has set them away.

    `seen_at`: when their console was last there.
    """

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    availability: Mapped[str] = mapped_column(String(8), default="online")
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignIn(Base):
    """A session's cookie or a one-time link, by the hash of its secret."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Conversation(Base):
    """A contact's one conversation on a channel; episodes divide it.

    `epoch` grows with every change of owner. `rev` grows with every added or changed message. `answered_seq` is the
    last customer message that somebody answered, `agent_seen_seq` the last message an agent had on screen;
    `delivered_seq` and `seen_seq` are how far our messages got with the customer. `reopen_to` had it before it was
    resolved. `bot_memory` belongs to the bot. `intent` is what the customer wants, as far as the bot read it.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("contact_id", "channel"),
        Index(None, "status", "last_at"),
        Index(None, "status", "unanswered_since"),
        Index(None, "status", "assignee_id"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    channel: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    priority: Mapped[str] = mapped_column(String(8))
    priority_rank: Mapped[int] = mapped_column(Integer)
    language: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(32))
    intent: Mapped[str | None] = mapped_column(String(40))
    team_id: Mapped[int | None] = mapped_column(ID)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    episode: Mapped[int] = mapped_column(Integer, default=1)
    rev: Mapped[int] = mapped_column(Integer, default=0)
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    last_incoming_seq: Mapped[int] = mapped_column(Integer, default=0)
    answered_seq: Mapped[int] = mapped_column(Integer, default=0)
    agent_seen_seq: Mapped[int] = mapped_column(Integer, default=0)
    delivered_seq: Mapped[int] = mapped_column(Integer, default=0)
    seen_seq: Mapped[int] = mapped_column(Integer, default=0)
    unanswered_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopen_to: Mapped[int | None] = mapped_column(ID)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    preview: Mapped[str] = mapped_column(String(200), default="")
    preview_author: Mapped[str | None] = mapped_column(String(8))
    bot_memory: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)

    contact: Mapped[Contact] = relationship(lazy="joined", innerjoin=True)
    assignee: Mapped[Agent | None] = relationship()


class Message(Base):
    """One message. `source_id` makes a repeated send harmless; a reply has read up to the customer's `answers_seq`."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "source_id"),
        Index(None, "conversation_id", "rev"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int] = mapped_column(Integer)
    rev: Mapped[int] = mapped_column(Integer)
    episode: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16))
    private: Mapped[bool] = mapped_column(Boolean, default=False)
    author: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    source_id: Mapped[str | None] = mapped_column(String(160))
    text: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(16), default="plain")
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    answers_seq: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    agent: Mapped[Agent | None] = relationship(lazy="joined")


class StoredFile(Base):
    """A file somebody uploaded; it belongs to a message once that is sent. Its bytes lie with `handoff.files`."""

    __tablename__ = "files"
    __table_args__ = (Index(None, "message_id"), Index(None, "created_at"))

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(160))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(8))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Delivery(Base):
    """One message on its way to one place outside. Written with the message; only the head of a line is sent."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "destination"),
        Index(None, "conversation_id", "destination", "state"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    seq: Mapped[int] = mapped_column(Integer)
    destination: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    external_id: Mapped[str | None] = mapped_column(String(200))
    trouble: Mapped[str | None] = mapped_column(String(300))
    maybe_twice: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Presence(Base):
    """Somebody is in a conversation right now. `agent_id` 0 is the customer; over at `until`."""

    __tablename__ = "presences"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    mode: Mapped[str] = mapped_column(String(8))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class CannedResponse(Base):
    """A prepared answer, a text per language."""

    __tablename__ = "canned_responses"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    shortcut: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)


class Handoff(Base):
    """One call for a person and its clocks, which are never mixed with the bot's.

    `team_id` has it, or had it last; `waited_team_id` had it until a person's first reply.
    """

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(None, "conversation_id", "id"),
        Index(None, "claimed_at"),
        Index("ix_handoffs_clocks", "queued_at", "asked_at", "first_human_reply_at", "ended_at", "waited_team_id"),
        Index(None, "waited_team_id", "queued_at"),
        Index(None, "resolved_at"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    episode: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(32))
    intent: Mapped[str | None] = mapped_column(String(40))
    priority: Mapped[str] = mapped_column(String(8))
    packet: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agent_id: Mapped[int | None] = mapped_column(ID)
    team_id: Mapped[int | None] = mapped_column(ID)
    waited_team_id: Mapped[int | None] = mapped_column(ID)
    first_human_reply_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Promise(Base):
    """By when a customer was told that a person answers. Judged against `first_due_at`; runs until `ended_at`.

    `due_at` is the time they were told last, `retell_at` when they are told a later one, `told_at` when they were.
    """

    __tablename__ = "promises"
    __table_args__ = (
        Index(None, "conversation_id", "ended_at"),
        Index(None, "ended_at", "retell_at"),
        Index(None, "ended_at", "first_due_at"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"))
    kind: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    near_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retell_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    broken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AppliedSla(Base):
    """One deadline of the shop's own for one call for a person; runs until `ended_at`.

    `met_at` is when it was done, also where that was too late (`breached_at`); neither where it was no longer wanted.
    """

    __tablename__ = "applied_slas"
    __table_args__ = (
        Index(None, "conversation_id", "ended_at"),
        Index(None, "ended_at", "deadline_at"),
        Index(None, "ended_at", "warn_at"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"))
    kind: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    warn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    met_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    breached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Guesses(Base):
    """Wrong passwords in a row for one address, known or not, by its hash; `until` is when the next may be tried."""

    __tablename__ = "guesses"
    __table_args__ = (Index(None, "last_at"),)

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """Who did what to whom. Ids, names of fields and of roles; never words, addresses or secrets.

    `actor_id` None is the command line, or for a sign-in nobody who is known. `about` says what `about_id` belongs to.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "actor_id", "id"),
        Index(None, "about", "about_id", "id"),
        Index(None, "kind", "id"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    about: Mapped[str | None] = mapped_column(String(16))
    about_id: Mapped[int | None] = mapped_column(ID)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class Team(Base):
    """People who share matters: one of `reasons` or `intents`, in one of `languages`; see `assignment.TeamRules`.

    `automatic`: its conversations are given out, else claimed. One team at most is the `fallback`. `hours` are its own,
    as `desk.hours` writes them; None is the shop's.
    """

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    intents: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    automatic: Mapped[bool] = mapped_column(Boolean)
    fallback: Mapped[bool] = mapped_column(Boolean)
    active: Mapped[bool] = mapped_column(Boolean)
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TeamMember(Base):
    __tablename__ = "team_members"
    __table_args__ = (Index(None, "agent_id"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)


class Seat(Base):
    """What an agent can take on; whoever has none takes anything, as much as the shop says. `skills` are intents."""

    __tablename__ = "seats"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    capacity: Mapped[int | None] = mapped_column(Integer)
    last_assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Assignment(Base):
    """An agent was given a conversation, as `epoch` and behind `seq`, or let go of it.

    `outcome`: "silent", they did not answer; "passed", they put it back; None otherwise.
    """

    __tablename__ = "assignments"
    __table_args__ = (Index(None, "conversation_id", "episode"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    episode: Mapped[int] = mapped_column(Integer)
    epoch: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(Integer)
    reminded: Mapped[int] = mapped_column(Integer, default=0)
    outcome: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeskRule(Base):
    """Rules of `shop.yml` that verbs need, written at the start: the same for every process."""

    __tablename__ = "desk_rules"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)


class Rating(Base):
    """How a customer found an episode: asked `by` whom it was about, bot or agent; `score` is 1 to 5 once they say so.

    `seq` is the message it was asked under. `created_at` is when the score was first given.
    """

    __tablename__ = "ratings"
    __table_args__ = (Index(None, "asked_at"), Index(None, "changed_at"))

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    episode: Mapped[int] = mapped_column(Integer, primary_key=True)
    by: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int | None] = mapped_column(ID)
    seq: Mapped[int] = mapped_column(Integer)
    score: Mapped[int | None] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(String(400), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Episode(Base):
    """What became of an episode. `by_customer`: a customer's message began it, else a way back to the bot.

    `answered_at` is the bot's first answer; `confirmed_at` and `denied_at` are what the customer said of the newest.
    `person_at`: people had it from then on. `silent_at`: closed because nobody said anything more. `back_at`: the
    customer came back after it with something that needed an answer or a person. `product`: what it is about, by the
    shop's own number, where that is known.
    """

    __tablename__ = "episodes"
    __table_args__ = (Index(None, "began_at"), Index(None, "answered_at"))

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    episode: Mapped[int] = mapped_column(Integer, primary_key=True)
    by_customer: Mapped[bool] = mapped_column(Boolean)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    denied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    silent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    product: Mapped[str | None] = mapped_column(String(60))


class NextReply(Base):
    """An agent's answer to a message that came after their side had spoken. `asked_at` is its oldest unread bubble."""

    __tablename__ = "next_replies"
    __table_args__ = (Index(None, "asked_at"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    episode: Mapped[int | None] = mapped_column(Integer)
    agent_id: Mapped[int] = mapped_column(ID)
    team_id: Mapped[int | None] = mapped_column(ID)
    reason: Mapped[str | None] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replied_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Review(Base):
    """What a lead found of an episode that an agent resolved. Drawn first; scored once `created_at` is set.

    `reason`, `intent` and `resolved_at` are those of the call for a person, `checklist` the shop's words of that time:
    a shop changes its own, and an agent may take the conversation up again. `answers` are by the key of a point.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("conversation_id", "episode", "reviewer_id"),
        Index(None, "resolved_at"),
        Index(None, "created_at"),
        Index(None, "agent_id", "created_at"),
        Index(None, "reviewer_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    episode: Mapped[int] = mapped_column(Integer)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    reason: Mapped[str] = mapped_column(String(32))
    intent: Mapped[str | None] = mapped_column(String(40))
    resolved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checklist: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    attitude: Mapped[int | None] = mapped_column(Integer)
    skill: Mapped[int | None] = mapped_column(Integer)
    solution: Mapped[int | None] = mapped_column(Integer)
    iqs: Mapped[int | None] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Text, default="")
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mention(Base):
    """An agent was called by name in a note. Unread until they have had the conversation open."""

    __tablename__ = "mentions"
    __table_args__ = (
        UniqueConstraint("message_id", "agent_id"),
        Index(None, "agent_id", "read_at", "id"),
        Index(None, "conversation_id", "agent_id"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SavedFilter(Base):
    """What an agent narrows the list to, by a name of theirs; `shared` ones everybody has.

    `folded` is the name without case. `team_id` is kept beside `wanted`, for a team's key may change.
    """

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("agent_id", "folded"), Index(None, "shared"))

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(200))
    view: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[dict[str, str]] = mapped_column(JSON)
    team_id: Mapped[int | None] = mapped_column(ID)
    shared: Mapped[bool] = mapped_column(Boolean)
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Card(Base):
    """A message outside that shows how something stands, and is written anew when that changes.

    `about` is the call for a person whose place in line it tells, or the episode that is rated. `external_id` is what
    the place calls it; None where it is not known to have arrived. `shown` is what stands there.
    """

    __tablename__ = "cards"
    __table_args__ = (Index(None, "kind", "changed_at"),)

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    about: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    external_id: Mapped[str | None] = mapped_column(String(64))
    shown: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Block(Base):
    """A contact who is not served: nothing they send is kept or answered."""

    __tablename__ = "blocks"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ID)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FurtherChannel(Base):
    """Where else a contact is: what they write there belongs to their conversation, and answers go there too."""

    __tablename__ = "further_channels"
    __table_args__ = (UniqueConstraint("contact_id", "channel"),)

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChannelLink(Base):
    """By which a contact goes on in another channel: a secret by its hash, good once and for a short while."""

    __tablename__ = "channel_links"
    __table_args__ = (Index(None, "contact_id"), Index(None, "expires_at"))

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TelegramLink(Base):
    """An agent's account on Telegram. `active_at` is when they were last heard of there."""

    __tablename__ = "telegram_links"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime)

"""What crosses between the browser and the routes about people."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from handoff.console.schemas import Availability, Role, Schema


class Member(Schema):
    """An agent as an admin sees them.

    `open` and `snoozed` count conversations, `sessions` browsers that are signed in. `invited_until`: a link by which
    they may choose a password; `locked_until`: they must wait after wrong ones.
    """

    id: int
    email: str
    name: str
    role: Role
    active: bool
    has_password: bool
    availability: Availability
    seen_at: datetime | None
    open: int
    snoozed: int
    sessions: int
    invited_until: datetime | None
    locked_until: datetime | None


class Members(Schema):
    items: list[Member]


class MemberChange(Schema):
    name: Annotated[str, Field(max_length=200)]
    role: Role


class Newcomer(Schema):
    """Somebody to be invited."""

    email: Annotated[str, Field(max_length=200)]
    name: Annotated[str, Field(max_length=200)]
    role: Role


class Invitation(Schema):
    """A secret that is shown this once: `#invite=CODE` behind the console's address. `sent`: a letter has it, too."""

    member: Member
    code: str
    expires_at: datetime
    sent: bool


class Invited(Schema):
    """Whom an invitation is for."""

    name: str
    email: str


class Acceptance(Schema):
    """The code of an invitation, and the password they chose."""

    code: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=200)]


class PasswordChange(Schema):
    """`old` is not asked of somebody who has none yet."""

    old: Annotated[str, Field(max_length=200)] = ""
    new: Annotated[str, Field(max_length=200)]


Deed = Literal[
    "signed_in",
    "signed_out",
    "locked_out",
    "lock_lifted",
    "password_set",
    "agent_added",
    "agent_invited",
    "agent_changed",
    "agent_deactivated",
    "agent_reactivated",
    "link_issued",
    "sessions_ended",
    "canned_added",
    "canned_changed",
    "canned_removed",
    "team_added",
    "team_changed",
    "seat_changed",
    "reviews_drawn",
    "review_saved",
    "review_changed",
    "review_taken_back",
    "trail_exported",
    "contact_blocked",
    "contact_unblocked",
    "telegram_linked",
    "telegram_unlinked",
]


class AuditEntry(Schema):
    """Who did what to whom. `actor` None is the command line, or for a lock-out somebody unknown."""

    id: int
    at: datetime
    deed: Deed
    actor_id: int | None
    actor: str | None
    about: Literal["agent", "canned", "team", "contact"] | None
    about_id: int | None
    about_name: str | None
    detail: dict[str, str | int]


class Trail(Schema):
    """The newest first. `before` continues behind the last one; None at the end. `deeds` are those one may read."""

    items: list[AuditEntry]
    before: int | None
    deeds: list[Deed]

"""Who may do what. Pure rules; the one table that the console's routes and its pages ask."""

from enum import StrEnum


class Permission(StrEnum):
    """What a route of the console needs."""

    READ = "read"
    """Conversations, prepared answers, articles, colleagues; and one's own session."""
    WORK = "work"
    """Take conversations, answer and end them."""
    ASSIGN = "assign"
    """Decide who works on what."""
    CANNED = "canned"
    """Change the prepared answers."""
    TRAIL = "trail"
    """Read who changed what on the desk."""
    KNOWLEDGE = "knowledge"
    """Change articles, label, train."""
    FIGURES = "figures"
    """See how people and the bot do."""
    INSTALL = "install"
    PEOPLE = "people"
    """Invite, change and take off agents; read who did what to whom."""
    REVIEW = "review"
    """Score what colleagues did, and read what others scored."""


_AGENT = frozenset({Permission.READ, Permission.WORK})
_LEAD = _AGENT | {Permission.ASSIGN, Permission.CANNED, Permission.FIGURES, Permission.TRAIL, Permission.REVIEW}

ROLES: dict[str, frozenset[Permission]] = {
    "agent": _AGENT,
    "lead": _LEAD,
    "admin": frozenset(Permission),
    "maintainer": frozenset({Permission.READ, Permission.FIGURES, Permission.KNOWLEDGE}),
}
ADMIN = "admin"
WORKING = frozenset(role for role, may in ROLES.items() if Permission.WORK in may)
"""Roles that conversations may belong to."""


def permissions(role: str) -> frozenset[Permission]:
    """What a role may do; an unknown one nothing at all."""
    return ROLES.get(role, frozenset())

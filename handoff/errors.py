"""What can go wrong at the desk.

DeskError
├── TooLate               a bot write lost against a person or a newer message; drop the text
├── NotFound              no such conversation, agent or session
├── AlreadyAssigned       somebody was quicker; `by` names who
├── NotYours              only the assigned agent may do this
├── NewerMessage          the customer has written since; read it first
├── IllegalTransition     the conversation's state does not allow this
├── OldButton             a button of an earlier episode
├── BadInput              the words break a limit
│   └── Taken             somebody has this address already
├── WrongPassword         the old password is not right
├── LockedOut             too many wrong passwords; `retry_after` seconds
├── LastAdmin             somebody must be left who may change people
└── DatabaseTrouble       the database did not answer; `retry_after` seconds
    ├── DatabaseBusy
    └── DatabaseDown
"""

from datetime import timedelta

from handoff.states import Status


class DeskError(Exception):
    """Anything the desk refuses."""


class TooLate(DeskError):
    """A person took over, or something newer came, before the bot's words were stored."""


class NotFound(DeskError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} does not exist")
        self.what = what


class AlreadyAssigned(DeskError):
    def __init__(self, by: str | None) -> None:
        super().__init__(f"already taken by {by or 'somebody else'}")
        self.by = by


class NotYours(DeskError):
    """Take the conversation over first."""


class NewerMessage(DeskError):
    """The customer has written since you looked; read the new message first."""


class IllegalTransition(DeskError):
    def __init__(self, before: Status, after: Status) -> None:
        super().__init__(f"a conversation that is {before} cannot become {after}")
        self.before, self.after = before, after


class OldButton(DeskError):
    """The button belongs to something that is over."""


class BadInput(DeskError):
    """The sentence says what to change."""


class Taken(BadInput):
    """Somebody has this address already; they may be deactivated."""


class WrongPassword(DeskError):
    """The old password is not right."""


class LockedOut(DeskError):
    """Too many wrong passwords for this address, whether or not it is anybody's."""

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(f"too many wrong passwords; try again in {self.retry_after} seconds")


class LastAdmin(DeskError):
    """Make somebody else an admin first."""


class DatabaseTrouble(DeskError):
    retry_after: float = 1.0


class DatabaseBusy(DatabaseTrouble):
    """The database stayed locked; nothing was stored, try again."""


class DatabaseDown(DatabaseTrouble):
    """The database cannot be reached; nothing was stored, try again."""

    retry_after = 5.0

"""What can go wrong at the desk.

DeskError
├── TooLate               a bot write lost against a person or a newer message; drop the text
├── NotFound              no such conversation, agent or session
├── AlreadyAssigned       somebody was quicker; `by` names who
├── NotYours              only the assigned agent may do this
├── NotAllowed            their role does not allow this
├── NewerMessage          the customer has written since; read it first
├── IllegalTransition     the conversation's state does not allow this
├── OldButton             a button of an earlier episode
├── BadInput              the words break a limit
└── DatabaseTrouble       the database did not answer; `retry_after` seconds
    ├── DatabaseBusy
    └── DatabaseDown
"""

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


class NotAllowed(DeskError):
    """Ask somebody whose role allows it."""


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


class DatabaseTrouble(DeskError):
    retry_after: float = 1.0


class DatabaseBusy(DatabaseTrouble):
    """The database stayed locked; nothing was stored, try again."""


class DatabaseDown(DatabaseTrouble):
    """The database cannot be reached; nothing was stored, try again."""

    retry_after = 5.0

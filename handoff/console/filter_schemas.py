"""What crosses the wire about filters that agents keep."""

from typing import Annotated, Literal

from pydantic import Field

from handoff.console.schemas import Locale, Priority, Schema, View

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no text with one."""


class Wanted(Schema):
    """What the list is narrowed to, as its address has it; empty narrows nothing."""

    priority: Priority | Literal[""] = ""
    language: Locale | Literal[""] = ""
    channel: Literal["widget", "telegram", ""] = ""
    reason: Annotated[str, Field(max_length=32, pattern=NO_NUL)] = ""
    tag: Annotated[str, Field(max_length=40, pattern=NO_NUL)] = ""
    team: Annotated[str, Field(max_length=40, pattern=NO_NUL)] = ""
    due: Literal["near", ""] = ""
    sort: Literal["due", ""] = ""
    q: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""


class FilterDraft(Schema):
    """A filter as kept or changed. `shared`: everybody has it; a lead's to say."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    view: View
    wanted: Wanted
    shared: bool


class SavedFilter(Schema):
    """`own`: the caller's, else `by` shares it. `gone`: the team it names is dissolved."""

    id: int
    name: str
    view: View
    wanted: Wanted
    shared: bool
    own: bool
    by: str
    gone: bool


class SavedFilters(Schema):
    """The caller's own in their order, then what others share."""

    items: list[SavedFilter]


class FilterOrder(Schema):
    """The caller's own, as they shall stand."""

    ids: Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(max_length=100)]

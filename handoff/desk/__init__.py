"""Every write of the desk, one function per verb: `verb(session, …)`, run in one transaction by `Database.write`."""

from handoff.desk.assign import ASSIGN, LOOK_AGAIN, NUDGE, assign, assign_some, console_is_open, nudge, set_availability
from handoff.desk.inbound import left_waiting, open_turn, record_inbound
from handoff.desk.ownership import (
    WAKE,
    cancel_wait,
    change_priority,
    change_tags,
    claim,
    hand_back,
    hand_off,
    leave_queue,
    reopen,
    resolve,
    return_abandoned,
    snooze,
    wake_up,
)
from handoff.desk.passing import transfer
from handoff.desk.record import fence_of
from handoff.desk.talk import agent_reply, note, reply

__all__ = [
    "ASSIGN",
    "LOOK_AGAIN",
    "NUDGE",
    "WAKE",
    "agent_reply",
    "assign",
    "assign_some",
    "cancel_wait",
    "change_priority",
    "change_tags",
    "claim",
    "console_is_open",
    "fence_of",
    "hand_back",
    "hand_off",
    "leave_queue",
    "left_waiting",
    "note",
    "nudge",
    "open_turn",
    "record_inbound",
    "reopen",
    "reply",
    "resolve",
    "return_abandoned",
    "set_availability",
    "snooze",
    "transfer",
    "wake_up",
]

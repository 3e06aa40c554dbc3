"""Every write of the desk, one function per verb: `verb(session, …)`, run in one transaction by `Database.write`."""

from handoff.desk.due import Slipping, breach, break_promises, retell, slipping, warn
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
    transfer,
    wake_up,
)
from handoff.desk.record import fence_of
from handoff.desk.talk import agent_reply, note, reply

__all__ = [
    "WAKE",
    "Slipping",
    "agent_reply",
    "breach",
    "break_promises",
    "cancel_wait",
    "change_priority",
    "change_tags",
    "claim",
    "fence_of",
    "hand_back",
    "hand_off",
    "leave_queue",
    "left_waiting",
    "note",
    "open_turn",
    "record_inbound",
    "reopen",
    "reply",
    "resolve",
    "retell",
    "return_abandoned",
    "slipping",
    "snooze",
    "transfer",
    "wake_up",
    "warn",
]

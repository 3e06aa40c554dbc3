"""Every write of the desk, one function per verb: `verb(session, …)`, run in one transaction by `Database.write`."""

from handoff.desk.inbound import judge_answer, left_waiting, open_turn, record_inbound
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
from handoff.desk.rating import is_rating, rate
from handoff.desk.record import fence_of
from handoff.desk.silence import close_silent
from handoff.desk.talk import agent_reply, note, reply

__all__ = [
    "WAKE",
    "agent_reply",
    "cancel_wait",
    "change_priority",
    "change_tags",
    "claim",
    "close_silent",
    "fence_of",
    "hand_back",
    "hand_off",
    "is_rating",
    "judge_answer",
    "leave_queue",
    "left_waiting",
    "note",
    "open_turn",
    "rate",
    "record_inbound",
    "reopen",
    "reply",
    "resolve",
    "return_abandoned",
    "snooze",
    "transfer",
    "wake_up",
]

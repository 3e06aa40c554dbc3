"""Every write of the desk, one function per verb: `verb(session, …)`, run in one transaction by `Database.write`."""

from handoff.desk.assign import ASSIGN, LOOK_AGAIN, NUDGE, assign, assign_some, console_is_open, nudge, set_availability
from handoff.desk.danger import raise_alarm
from handoff.desk.due import (
    OVERDUE,
    Slipping,
    breach,
    break_promises,
    forsaken,
    overdue,
    promise_anew,
    retell,
    slipping,
    warn,
)
from handoff.desk.hearing import LISTEN, heard, unheard
from handoff.desk.inbound import judge_answer, left_waiting, open_turn, record_inbound
from handoff.desk.ownership import (
    WAKE,
    add_tag,
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
from handoff.desk.packet import complete_packet, name_order, name_product
from handoff.desk.passing import transfer
from handoff.desk.rating import is_rating, rate
from handoff.desk.record import fence_of
from handoff.desk.silence import close_silent
from handoff.desk.talk import agent_reply, note, reply

__all__ = [
    "ASSIGN",
    "LISTEN",
    "LOOK_AGAIN",
    "NUDGE",
    "OVERDUE",
    "WAKE",
    "Slipping",
    "add_tag",
    "agent_reply",
    "assign",
    "assign_some",
    "breach",
    "break_promises",
    "cancel_wait",
    "change_priority",
    "change_tags",
    "claim",
    "close_silent",
    "complete_packet",
    "console_is_open",
    "fence_of",
    "forsaken",
    "hand_back",
    "hand_off",
    "heard",
    "is_rating",
    "judge_answer",
    "leave_queue",
    "left_waiting",
    "name_order",
    "name_product",
    "note",
    "nudge",
    "open_turn",
    "overdue",
    "promise_anew",
    "raise_alarm",
    "rate",
    "record_inbound",
    "reopen",
    "reply",
    "resolve",
    "retell",
    "return_abandoned",
    "set_availability",
    "slipping",
    "snooze",
    "transfer",
    "unheard",
    "wake_up",
    "warn",
]

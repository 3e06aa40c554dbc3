"""Every write of the desk, one function per verb: `verb(session, …)`, run in one transaction by `Database.write`."""

from handoff.desk.inbound import fence_of, left_waiting, open_turn, record_inbound
from handoff.desk.ownership import cancel_wait, claim, hand_back, hand_off, resolve
from handoff.desk.talk import agent_reply, note, reply

__all__ = [
    "agent_reply",
    "cancel_wait",
    "claim",
    "fence_of",
    "hand_back",
    "hand_off",
    "left_waiting",
    "note",
    "open_turn",
    "record_inbound",
    "reply",
    "resolve",
]

"""A team's own hours, and which team a call for a person belongs to.

Revision ID: 0010_hours
Revises: 0009_quick
"""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID

revision = "0010_hours"
down_revision = "0009_quick"
branch_labels = None
depends_on = None

KNOWN_TEAMS = """
UPDATE handoffs SET team_id = conversations.team_id, waited_team_id = conversations.team_id FROM conversations
WHERE conversations.id = handoffs.conversation_id AND conversations.episode = handoffs.episode
AND conversations.team_id IS NOT NULL
"""
"""Known of everybody's newest episode; of earlier ones nobody remembers it, and it is not guessed."""
TEAMS_OF = (("handoffs", "team_id"), ("handoffs", "waited_team_id"), ("next_replies", "team_id"))
CLOCKS = ["queued_at", "asked_at", "first_human_reply_at", "ended_at", "waited_team_id"]
"""Everything the figures of a year read: the rows themselves are long, for the packet is in them."""


def upgrade() -> None:
    op.add_column("teams", sa.Column("hours", sa.JSON(), nullable=True))
    for table, column in TEAMS_OF:
        op.add_column(table, sa.Column(column, ID, nullable=True))
    op.execute(KNOWN_TEAMS)
    op.drop_index("ix_handoffs_queued_at", "handoffs")
    op.create_index("ix_handoffs_clocks", "handoffs", CLOCKS)
    op.create_index("ix_handoffs_waited_team_id_queued_at", "handoffs", ["waited_team_id", "queued_at"])


def downgrade() -> None:
    op.drop_index("ix_handoffs_waited_team_id_queued_at", "handoffs")
    op.drop_index("ix_handoffs_clocks", "handoffs")
    op.create_index("ix_handoffs_queued_at", "handoffs", ["queued_at"])
    # Not in a batch: SQLite would make the tables anew, and what refers to them would go or refuse.
    for table, column in TEAMS_OF:
        op.drop_column(table, column)
    op.drop_column("teams", "hours")

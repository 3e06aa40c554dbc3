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
UPDATE handoffs SET {column} = (
  SELECT conversations.team_id FROM conversations
  WHERE conversations.id = handoffs.conversation_id AND conversations.episode = handoffs.episode
)
"""
"""Known of everybody's newest episode; of earlier ones nobody remembers it, and it is not guessed."""
TEAMS_OF = (("handoffs", "team_id"), ("handoffs", "waited_team_id"), ("next_replies", "team_id"))
CLOCKS = ["queued_at", "asked_at", "first_human_reply_at", "ended_at", "waited_team_id"]
"""Everything the figures of a year read: the rows themselves are long, for the packet is in them."""


def upgrade() -> None:
    op.add_column("teams", sa.Column("hours", sa.JSON(), nullable=True))
    for table, column in TEAMS_OF:
        op.add_column(table, sa.Column(column, ID, nullable=True))
    for column in ("team_id", "waited_team_id"):
        op.execute(KNOWN_TEAMS.format(column=column))
    op.drop_index("ix_handoffs_queued_at", "handoffs")
    op.create_index("ix_handoffs_clocks", "handoffs", CLOCKS)
    op.create_index("ix_handoffs_waited_team_id_queued_at", "handoffs", ["waited_team_id", "queued_at"])


def downgrade() -> None:
    op.drop_index("ix_handoffs_waited_team_id_queued_at", "handoffs")
    op.drop_index("ix_handoffs_clocks", "handoffs")
    op.create_index("ix_handoffs_queued_at", "handoffs", ["queued_at"])
    for table, column in TEAMS_OF:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    with op.batch_alter_table("teams") as batch:
        batch.drop_column("hours")

"""Agents' accounts on Telegram.

Revision ID: 0011_telegram_topics
Revises: 0010_hours
"""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0011_telegram_topics"
down_revision = "0010_hours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telegram_links",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("active_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_telegram_links_agent_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_telegram_links"),
        sa.UniqueConstraint("user_id", name="uq_telegram_links_user_id"),
    )


def downgrade() -> None:
    op.drop_table("telegram_links")

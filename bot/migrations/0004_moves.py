"""Agents' groups on Telegram that have another id now."""

import sqlalchemy as sa
from alembic import op

from handoff.db import UtcDateTime

revision = "0004_moves"
down_revision = "0003_topics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_moves",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("to", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name="pk_group_moves"),
    )


def downgrade() -> None:
    op.drop_table("group_moves")

"""Promises to customers, the shop's own deadlines, and when people resolved a matter."""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0006_clocks"
down_revision = "0005_teams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("resolved_at", UtcDateTime(), nullable=True))
    op.create_index("ix_handoffs_claimed_at", "handoffs", ["claimed_at"])
    op.create_table(
        "promises",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("handoff_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("first_due_at", UtcDateTime(), nullable=False),
        sa.Column("near_at", UtcDateTime(), nullable=False),
        sa.Column("retell_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("kept_at", UtcDateTime(), nullable=True),
        sa.Column("broken_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_promises_conversation_id"),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name="fk_promises_handoff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
    )
    op.create_index("ix_promises_conversation_id_ended_at", "promises", ["conversation_id", "ended_at"])
    op.create_index("ix_promises_ended_at_retell_at", "promises", ["ended_at", "retell_at"])
    op.create_index("ix_promises_ended_at_first_due_at", "promises", ["ended_at", "first_due_at"])
    op.create_table(
        "applied_slas",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("handoff_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("deadline_at", UtcDateTime(), nullable=False),
        sa.Column("warn_at", UtcDateTime(), nullable=False),
        sa.Column("warned_at", UtcDateTime(), nullable=True),
        sa.Column("met_at", UtcDateTime(), nullable=True),
        sa.Column("breached_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_applied_slas_conversation_id"),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name="fk_applied_slas_handoff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_applied_slas"),
    )
    op.create_index("ix_applied_slas_conversation_id_ended_at", "applied_slas", ["conversation_id", "ended_at"])
    op.create_index("ix_applied_slas_ended_at_deadline_at", "applied_slas", ["ended_at", "deadline_at"])
    op.create_index("ix_applied_slas_ended_at_warn_at", "applied_slas", ["ended_at", "warn_at"])


def downgrade() -> None:
    for table in ("applied_slas", "promises"):
        op.drop_table(table)
    op.drop_index("ix_handoffs_claimed_at", "handoffs")
    op.drop_column("handoffs", "resolved_at")

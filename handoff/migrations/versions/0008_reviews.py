"""Quality reviews, and what each call for a person was about."""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0008_reviews"
down_revision = "0007_after"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("intent", sa.String(length=40), nullable=True))
    op.create_index("ix_handoffs_resolved_at", "handoffs", ["resolved_at"])
    op.create_table(
        "reviews",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("reviewer_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=False),
        sa.Column("checklist", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("attitude", sa.Integer(), nullable=True),
        sa.Column("skill", sa.Integer(), nullable=True),
        sa.Column("solution", sa.Integer(), nullable=True),
        sa.Column("iqs", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_reviews_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_reviews_agent_id"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["agents.id"], name="fk_reviews_reviewer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint(
            "conversation_id", "episode", "reviewer_id", name="uq_reviews_conversation_id_episode_reviewer_id"
        ),
    )
    op.create_index("ix_reviews_resolved_at", "reviews", ["resolved_at"])
    op.create_index("ix_reviews_created_at", "reviews", ["created_at"])
    op.create_index("ix_reviews_agent_id_created_at", "reviews", ["agent_id", "created_at"])
    op.create_index("ix_reviews_reviewer_id_created_at", "reviews", ["reviewer_id", "created_at"])


def downgrade() -> None:
    op.drop_table("reviews")
    op.drop_index("ix_handoffs_resolved_at", "handoffs")
    op.drop_column("handoffs", "intent")

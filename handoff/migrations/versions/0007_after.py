"""What comes after an answer: ratings, what became of each episode, and answers to further messages."""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0007_after"
down_revision = "0006_clocks"
branch_labels = None
depends_on = None

KNOWN_EPISODES = """
INSERT INTO episodes (conversation_id, episode, by_customer, began_at)
SELECT conversation_id, episode, {true}, min(created_at) FROM messages
WHERE kind = 'incoming' GROUP BY conversation_id, episode
"""
"""Who wrote is known of every episode there was; what the bot's answers led to is not, and is not guessed."""


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(length=400), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_ratings_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "episode", name="pk_ratings"),
    )
    op.create_index("ix_ratings_asked_at", "ratings", ["asked_at"])
    op.create_table(
        "episodes",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("by_customer", sa.Boolean(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("denied_at", UtcDateTime(), nullable=True),
        sa.Column("person_at", UtcDateTime(), nullable=True),
        sa.Column("silent_at", UtcDateTime(), nullable=True),
        sa.Column("back_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_episodes_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "episode", name="pk_episodes"),
    )
    op.create_index("ix_episodes_began_at", "episodes", ["began_at"])
    op.create_index("ix_episodes_answered_at", "episodes", ["answered_at"])
    op.create_table(
        "next_replies",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("replied_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_next_replies_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_next_replies"),
    )
    op.create_index("ix_next_replies_asked_at", "next_replies", ["asked_at"])
    op.create_index("ix_handoffs_queued_at", "handoffs", ["queued_at"])
    true = "true" if op.get_bind().dialect.name == "postgresql" else "1"
    op.execute(KNOWN_EPISODES.format(true=true))


def downgrade() -> None:
    op.drop_index("ix_handoffs_queued_at", "handoffs")
    for table in ("next_replies", "episodes", "ratings"):
        op.drop_table(table)

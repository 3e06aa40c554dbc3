"""Topics in the agents' groups on Telegram, and what stands in them."""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0003_topics"
down_revision = "0002_shop"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topics",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("packet_id", sa.BigInteger(), nullable=True),
        sa.Column("packet_episode", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("trying", sa.String(length=40), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_topics"),
    )
    op.create_index("ix_topics_group_id_thread_id", "topics", ["group_id", "thread_id"])
    op.create_table(
        "topic_messages",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "telegram_id", "message_id", name="pk_topic_messages"),
    )
    op.create_index("ix_topic_messages_conversation_id_message_id", "topic_messages", ["conversation_id", "message_id"])
    op.create_table(
        "topic_calls",
        sa.Column("id", ID, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_topic_calls"),
    )
    op.create_index("ix_topic_calls_at", "topic_calls", ["at"])
    op.create_table(
        "topic_albums",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("album", sa.String(length=64), nullable=False),
        sa.Column("meant", sa.String(length=8), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "album", name="pk_topic_albums"),
    )
    op.create_index("ix_topic_albums_at", "topic_albums", ["at"])
    op.create_table(
        "topic_parts",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("album", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "telegram_id", name="pk_topic_parts"),
    )
    op.create_table(
        "topic_deeds",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "source", name="pk_topic_deeds"),
    )
    op.create_index("ix_topic_deeds_at", "topic_deeds", ["at"])


def downgrade() -> None:
    for table in ("topic_deeds", "topic_parts", "topic_albums", "topic_calls", "topic_messages", "topics"):
        op.drop_table(table)

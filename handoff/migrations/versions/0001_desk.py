"""The desk's tables."""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0001_desk"
down_revision = None
branch_labels = ("handoff",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_agents")),
        sa.UniqueConstraint("email", name=("uq_agents_email")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_contacts")),
        sa.UniqueConstraint("channel", "key", name=("uq_contacts_channel_key")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_jobs")),
        sa.UniqueConstraint("kind", "key", name=("uq_jobs_kind_key")),
    )
    op.create_index(("ix_jobs_due_at"), "jobs", ["due_at"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("priority", sa.String(length=8), nullable=False),
        sa.Column("priority_rank", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_incoming_seq", sa.Integer(), nullable=False),
        sa.Column("answered_seq", sa.Integer(), nullable=False),
        sa.Column("unanswered_since", UtcDateTime(), nullable=True),
        sa.Column("preview", sa.String(length=200), nullable=False),
        sa.Column("preview_author", sa.String(length=8), nullable=True),
        sa.Column("bot_memory", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agents.id"], name=("fk_conversations_assignee_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=("fk_conversations_contact_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_conversations")),
        sa.UniqueConstraint("contact_id", "channel", name=("uq_conversations_contact_id_channel")),
        sa.UniqueConstraint("reference", name=("uq_conversations_reference")),
    )
    op.create_index(("ix_conversations_status_last_at"), "conversations", ["status", "last_at"], unique=False)
    op.create_index(
        ("ix_conversations_status_unanswered_since"), "conversations", ["status", "unanswered_since"], unique=False
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=("fk_sign_ins_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=("pk_sign_ins")),
        sa.UniqueConstraint("secret_hash", name=("uq_sign_ins_secret_hash")),
    )
    op.create_table(
        "events",
        sa.Column("id", ID, nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=("fk_events_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(("ix_events_txid_id"), "events", ["txid", "id"], unique=False)
    op.create_table(
        "handoffs",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=8), nullable=False),
        sa.Column("packet", sa.JSON(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("first_human_reply_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=("fk_handoffs_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_handoffs")),
    )
    op.create_index(("ix_handoffs_conversation_id_id"), "handoffs", ["conversation_id", "id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("source_id", sa.String(length=160), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("decision", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("answers_seq", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=("fk_messages_agent_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=("fk_messages_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_messages")),
        sa.UniqueConstraint("conversation_id", "seq", name=("uq_messages_conversation_id_seq")),
        sa.UniqueConstraint("conversation_id", "source_id", name=("uq_messages_conversation_id_source_id")),
    )
    op.create_index(("ix_messages_conversation_id_rev"), "messages", ["conversation_id", "rev"], unique=False)


def downgrade() -> None:
    op.drop_index(("ix_messages_conversation_id_rev"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(("ix_handoffs_conversation_id_id"), table_name="handoffs")
    op.drop_table("handoffs")
    op.drop_index(("ix_events_txid_id"), table_name="events")
    op.drop_table("events")
    op.drop_table("sign_ins")
    op.drop_index(("ix_conversations_status_unanswered_since"), table_name="conversations")
    op.drop_index(("ix_conversations_status_last_at"), table_name="conversations")
    op.drop_table("conversations")
    op.drop_index(("ix_jobs_due_at"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("contacts")
    op.drop_table("agents")

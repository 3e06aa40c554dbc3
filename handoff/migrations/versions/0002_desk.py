"""Width for the desk: files, the outbox, presence, canned responses, reopening, snoozing, tags."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0002_desk"
down_revision = "0001_desk"
branch_labels = None
depends_on = None

NEW_COLUMNS: dict[str, tuple[sa.Column[Any], ...]] = {
    "contacts": (
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("email_vouched", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("identified", sa.Boolean(), nullable=False, server_default=sa.false()),
    ),
    "agents": (
        sa.Column("availability", sa.String(length=8), nullable=False, server_default="online"),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
    ),
    "conversations": (
        sa.Column("agent_seen_seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("delivered_seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("seen_seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("snoozed_until", UtcDateTime(), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("reopen_to", ID, nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"),
    ),
    "handoffs": (sa.Column("agent_id", ID, nullable=True),),
}


def upgrade() -> None:
    # Plain ALTERs: SQLite would make these tables anew for a constraint, and lose the rows that refer to them.
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "visitor_aliases",
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_visitor_aliases_contact_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_visitor_aliases"),
    )
    op.create_index("ix_visitor_aliases_contact_id", "visitor_aliases", ["contact_id"])
    op.create_index("ix_visitor_aliases_created_at", "visitor_aliases", ["created_at"])
    op.create_table(
        "files",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=160), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_files_message_id"),
        sa.PrimaryKeyConstraint("key", name="pk_files"),
    )
    op.create_index("ix_files_message_id", "files", ["message_id"])
    op.create_index("ix_files_created_at", "files", ["created_at"])
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=True),
        sa.Column("maybe_twice", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_deliveries_conversation_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_deliveries_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("message_id", "destination", name="uq_deliveries_message_id_destination"),
    )
    op.create_index(
        "ix_deliveries_conversation_id_destination_state", "deliveries", ["conversation_id", "destination", "state"]
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    op.create_table(
        "presences",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_presences_conversation_id"),
        sa.PrimaryKeyConstraint("conversation_id", "agent_id", name="pk_presences"),
    )
    op.create_table(
        "canned_responses",
        sa.Column("id", ID, nullable=False),
        sa.Column("shortcut", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_responses"),
        sa.UniqueConstraint("shortcut", name="uq_canned_responses_shortcut"),
    )


def downgrade() -> None:
    for table in ("canned_responses", "presences", "deliveries", "files", "visitor_aliases"):
        op.drop_table(table)
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)

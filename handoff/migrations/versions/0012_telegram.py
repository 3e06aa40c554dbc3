"""Cards on Telegram, a chosen language, who is not served, and conversations that go on in Telegram.

Revision ID: 0012_telegram
Revises: 0011_telegram_topics
"""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0012_telegram"
down_revision = "0011_telegram_topics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("chosen_language", sa.String(8), nullable=True))
    op.add_column("contacts", sa.Column("answered_on", sa.String(16), nullable=True))
    op.create_index("ix_ratings_changed_at", "ratings", ["changed_at"])
    op.create_table(
        "cards",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("about", ID, nullable=False),
        sa.Column("external_id", sa.String(64), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "kind", "about", name="pk_cards"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_cards_conversation_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_cards_kind_changed_at", "cards", ["kind", "changed_at"])
    op.create_table(
        "blocks",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name="pk_blocks"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_blocks_contact_id", ondelete="CASCADE"),
    )
    op.create_table(
        "further_channels",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name="pk_further_channels"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_further_channels_contact_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("contact_id", "channel", name="uq_further_channels_contact_id_channel"),
    )
    op.create_table(
        "channel_links",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_channel_links"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_channel_links_contact_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_channel_links_contact_id", "channel_links", ["contact_id"])
    op.create_index("ix_channel_links_expires_at", "channel_links", ["expires_at"])


def downgrade() -> None:
    for table in ("channel_links", "further_channels", "blocks", "cards"):
        op.drop_table(table)
    op.drop_index("ix_ratings_changed_at", "ratings")
    op.drop_column("contacts", "answered_on")
    op.drop_column("contacts", "chosen_language")

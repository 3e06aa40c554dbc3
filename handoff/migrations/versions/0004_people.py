"""Wrong passwords that are counted, and who did what to whom."""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0004_people"
down_revision = "0003_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guesses",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name="pk_guesses"),
    )
    op.create_index("ix_guesses_last_at", "guesses", ["last_at"])
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("about", sa.String(length=16), nullable=True),
        sa.Column("about_id", ID, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["agents.id"], name="fk_audit_entries_actor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_actor_id_id", "audit_entries", ["actor_id", "id"])
    op.create_index("ix_audit_entries_about_about_id_id", "audit_entries", ["about", "about_id", "id"])
    op.create_index("ix_audit_entries_kind_id", "audit_entries", ["kind", "id"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])


def downgrade() -> None:
    for table in ("audit_entries", "guesses"):
        op.drop_table(table)

"""Articles, and the shop's records for shops that keep none of their own."""

import sqlalchemy as sa
from alembic import op

from handoff.db import UtcDateTime

revision = "0001_bot"
down_revision = None
branch_labels = ("bot",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("general", sa.Boolean(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", "language", name=("pk_articles")),
    )
    op.create_table(
        "shop_orders",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("expected_at", UtcDateTime(), nullable=True),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.Column("tracking_number", sa.String(length=60), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=("pk_shop_orders")),
    )


def downgrade() -> None:
    op.drop_table("shop_orders")
    op.drop_table("articles")

"""What the shop sells, for shops that keep no records of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0002_shop"
down_revision = "0001_bot"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_products",
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sku", name=("pk_shop_products")),
    )


def downgrade() -> None:
    op.drop_table("shop_products")

"""What product an episode is about, and of which episode a further answer is.

Revision ID: 0013_products
Revises: 0012_telegram
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_products"
down_revision = "0012_telegram"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("episodes", sa.Column("product", sa.String(60), nullable=True))
    op.add_column("next_replies", sa.Column("episode", sa.Integer(), nullable=True))


def downgrade() -> None:
    # Not in a batch: SQLite would make the tables anew, and what refers to them would go or refuse.
    op.drop_column("next_replies", "episode")
    op.drop_column("episodes", "product")

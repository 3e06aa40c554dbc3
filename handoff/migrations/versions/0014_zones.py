"""Which time zone a customer's clock shows.

Revision ID: 0014_zones
Revises: 0013_products
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_zones"
down_revision = "0013_products"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("zone", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("contacts", "zone")

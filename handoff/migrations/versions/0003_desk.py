"""Whether a contact's name is one."""

import sqlalchemy as sa
from alembic import op

revision = "0003_desk"
down_revision = "0002_desk"
branch_labels = None
depends_on = None

NAMED = """
UPDATE contacts SET named = identified
WHERE NOT (length(name) = 4 AND upper(name) = name AND lower(name) <> name)
"""
"""Only the shop has given names until now. Four capitals may be a code of ours; the next login says if they are not."""


def upgrade() -> None:
    op.add_column("contacts", sa.Column("named", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(NAMED)


def downgrade() -> None:
    op.drop_column("contacts", "named")

"""Teams, what agents can take on, who was given what, and the shop's rules as all processes see them."""

import sqlalchemy as sa
from alembic import op

from handoff.db import ID, UtcDateTime

revision = "0005_teams"
down_revision = "0004_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("team_id", ID, nullable=True))
    op.add_column("conversations", sa.Column("intent", sa.String(length=40), nullable=True))
    op.create_index("ix_conversations_status_assignee_id", "conversations", ["status", "assignee_id"])
    op.create_table(
        "teams",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("intents", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("key", name="uq_teams_key"),
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_team_members_agent_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "agent_id", name="pk_team_members"),
    )
    op.create_index("ix_team_members_agent_id", "team_members", ["agent_id"])
    op.create_table(
        "seats",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("last_assigned_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_seats_agent_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_seats"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_assignments_conversation_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_assignments_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_conversation_id_episode", "assignments", ["conversation_id", "episode"])
    op.create_table(
        "desk_rules",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_desk_rules"),
    )


def downgrade() -> None:
    for table in ("desk_rules", "assignments", "seats", "team_members", "teams"):
        op.drop_table(table)
    op.drop_index("ix_conversations_status_assignee_id", "conversations")
    op.drop_column("conversations", "intent")
    op.drop_column("conversations", "team_id")

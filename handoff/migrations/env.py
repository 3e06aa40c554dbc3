"""Alembic's environment: runs on the connection that `handoff.db` hands over."""

from alembic import context

from handoff import events, jobs, models  # noqa: F401 - the tables register themselves
from handoff.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

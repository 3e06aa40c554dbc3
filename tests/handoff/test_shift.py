"""A shift of random people ends with nobody forgotten; `benchmarks/desk.py` has a whole one, on both databases."""

import shutil
from pathlib import Path

from handoff import db
from handoff.ports import LocalWakeups
from tests.fakes import MovedClock
from tests.handoff.ownership import check_everything
from tests.handoff.shift import RULES, Scale, Shift, places
from tests.handoff.shift_proof import FAULTS, proof

SHORT = Scale(agents=20, customers=60, seconds=1500, tick_s=20)
SEED = 20261120


async def test_at_the_end_of_a_shift_nobody_was_forgotten_and_nobody_was_served_twice(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "baton.db")
    database = db.connect(f"sqlite:///{tmp_path}/baton.db", LocalWakeups())
    clock = MovedClock()
    shift = Shift(database, clock, SEED, SHORT)

    await shift.run()

    found = await database.read(proof, clock.now(), await places(shift), RULES.capacity)
    assert {fault: getattr(found, fault) for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert found.longest_queue > SHORT.agents / 2, "the queue was never over-full"
    await database.read(check_everything)
    await database.close()

"""A team's hours over the wire: what is nonsense is refused with a sentence that names it."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from handoff.console.hours_schemas import MAX_EXCEPTIONS, HoursDraft, hours, shown

GOOD: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "week": {"mon": ["09:00-12:00", "13:00-24:00"], "sun": []},
    "exceptions": [{"day": "2026-12-24", "spans": ["09:00-13:00"]}, {"day": "2026-12-25", "spans": []}],
}


def test_good_hours_are_read_and_shown_as_they_were_written() -> None:
    assert shown(hours(HoursDraft.model_validate(GOOD))).model_dump(mode="json") == GOOD


DAYS_IN_A_ROW = [{"day": str(date(2027, 1, 1) + timedelta(days=n)), "spans": []} for n in range(MAX_EXCEPTIONS + 50)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"zone": "Europe/Atlantis"}, "must be a time zone"),
        ({"zone": "../../etc/passwd"}, "must be a time zone"),
        ({"zone": "x" * 100}, "at most 64"),
        ({"week": {"mon": ["09:00-25:00"]}}, "must be a span of one day"),
        ({"week": {"mon": ["22:00-06:00"]}}, "must be a span of one day"),
        ({"week": {"mon": ["09:00-13:00", "12:00-18:00"]}}, "overlap"),
        ({"week": {"mon": ["09:00-24:00", "18:00-19:00"]}}, "overlap"),
        ({"week": {"mon": [f"{n:02}:00-{n:02}:30" for n in range(7)]}}, "at most 6"),
        ({"week": {"holiday": []}}, "mon"),
        ({"exceptions": [{"day": "2026-12-25", "spans": []}] * 2}, "2026-12-25 is there twice"),
        ({"exceptions": DAYS_IN_A_ROW}, f"at most {MAX_EXCEPTIONS}"),
        ({"exceptions": [{"day": "2026-02-30", "spans": []}]}, "day"),
        ({"exceptions": [{"day": 20270206, "spans": []}]}, "must be a date"),
        ({"exceptions": [{"day": "9999-12-31", "spans": []}]}, "between the years"),
    ],
)
def test_nonsense_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        HoursDraft.model_validate({**GOOD, **wrong})

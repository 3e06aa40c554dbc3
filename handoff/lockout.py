"""How long to wait after wrong passwords. A pure rule."""

from datetime import timedelta

FREE_TRIES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
"""Long enough to make guessing hopeless, short enough that a guesser keeps nobody out for a day."""
FORGOTTEN_AFTER = timedelta(hours=2)
"""Tries that are followed by nothing for so long no longer count."""


def pause(failures: int) -> timedelta | None:
    """The pause after so many wrong passwords in a row; None while there are tries left."""
    if failures < FREE_TRIES:
        return None
    # Doubled no further than to the longest: a counter may have grown large.
    return min(FIRST_PAUSE * (1 << min(failures - FREE_TRIES, 10)), LONGEST_PAUSE)

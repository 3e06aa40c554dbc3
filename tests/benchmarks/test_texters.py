"""What counts as lost, doubled and late in a crowd on Telegram."""

from collections import Counter

import pytest

from benchmarks.texters import Outage, Outcome, Stored, judged

ANN, BO = 1, 2
ASKED = {ANN: 10.0, BO: 20.0}
OURS = [Stored(ANN, ("hello", "more"), False), Stored(ANN, ("helped?",), False), Stored(BO, ("a person",), False)]
SENT = [(11.0, ANN, "hello"), (11.1, ANN, "more"), (12.0, ANN, "helped?"), (20.5, BO, "a person")]
BOTH = Counter({ANN: 1, BO: 1})
GOOD = Outcome(lost=0, doubled=0, unmarked=0, reordered=0, replies_s=(1.0, 0.5), marked=0)


def test_a_good_run_has_no_fault() -> None:
    assert judged(ASKED, SENT, OURS, BOTH, ()) == GOOD


@pytest.mark.parametrize("missing", range(len(SENT)))
def test_a_part_that_never_came_is_lost(missing: int) -> None:
    assert judged(ASKED, SENT[:missing] + SENT[missing + 1 :], OURS, BOTH, ()).lost >= 1


def test_a_message_that_was_not_stored_is_lost() -> None:
    assert judged(ASKED, SENT, OURS, Counter({ANN: 1}), ()).lost == 1


@pytest.mark.parametrize("marked", [True, False])
def test_what_came_twice_is_doubled_and_ought_to_be_marked(marked: bool) -> None:
    ours = [*OURS[:2], Stored(BO, ("a person",), marked)]
    outcome = judged(ASKED, [*SENT, (25.0, BO, "a person")], ours, BOTH, ())
    assert (outcome.doubled, outcome.unmarked, outcome.reordered) == (1, 0 if marked else 1, 0)


def test_what_came_in_another_order_is_told_and_a_repetition_is_none() -> None:
    swapped = [SENT[0], SENT[2], SENT[1], SENT[3]]
    assert judged(ASKED, swapped, OURS, BOTH, ()).reordered == 1
    assert judged(ASKED, [*SENT, (26.0, ANN, "hello")], OURS, BOTH, ()).reordered == 0


@pytest.mark.parametrize(
    ("outage", "waited"),
    [
        (Outage(20.1, 20.2), 0.3),
        (Outage(15.0, 20.4), 0.1),
        (Outage(20.1, 30.0), 0.0),
        (Outage(10.0, 19.0), 0.5),
        (Outage(21.0, 30.0), 0.5),
    ],
)
def test_a_reply_that_an_outage_fell_into_counts_from_its_end(outage: Outage, waited: float) -> None:
    assert judged(ASKED, SENT, OURS, BOTH, [outage]).replies_s[1] == pytest.approx(waited)

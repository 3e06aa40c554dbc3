"""Fitting the weights of evidence, in Rasa's environment."""

from pathlib import Path

import pytest

from bot.settings import ROOT
from nlu.errors import NluError, SetupError
from nlu.evidence import Evidence
from nlu.weighing import weighed


def rows(each: int = 40) -> list[tuple[Evidence, bool]]:
    """The surer the reading, the oftener it is right; invoices are right, refunds only half of the time."""
    found: list[tuple[Evidence, bool]] = []
    for step in range(each):
        for tenth in range(10):
            sure: dict[str, float | str] = {"reading": float(tenth), "intent": "invoice"}
            found.append((sure, step % 10 <= tenth))
            found.append(({**sure, "intent": "refund_status"}, step % 10 <= tenth and step % 2 == 0))
    return found


async def test_what_was_right_more_often_is_more_likely_right(tmp_path: Path) -> None:
    found = await weighed(ROOT, tmp_path, rows())
    assert found is not None
    likelihood = found.weights.likelihood
    unsure: Evidence = {"reading": 1.0, "intent": "invoice"}
    sure: Evidence = {"reading": 8.0, "intent": "invoice"}
    assert likelihood(unsure) < 0.4 and likelihood(sure) > 0.7
    assert likelihood({**sure, "intent": "refund_status"}) < likelihood(sure) - 0.2


async def test_a_held_out_likelihood_is_not_that_of_the_final_weights(tmp_path: Path) -> None:
    given = rows()
    found = await weighed(ROOT, tmp_path, given)
    assert found is not None and len(found.held_out) == len(given)
    final = [found.weights.likelihood(evidence) for evidence, _ in given]
    off = [abs(one - other) for one, other in zip(found.held_out, final, strict=True)]
    assert 0.0001 < max(off) < 0.2


async def test_equal_rows_give_equal_weights_in_whatever_order_names_stand(tmp_path: Path) -> None:
    turned = [(dict(reversed(list(evidence.items()))), right) for evidence, right in rows()]
    assert await weighed(ROOT, tmp_path, rows()) == await weighed(ROOT, tmp_path, turned)


async def test_too_few_prove_nothing(tmp_path: Path) -> None:
    right: list[tuple[Evidence, bool]] = [({"reading": 1.0}, True)] * 500
    assert await weighed(ROOT, tmp_path, right) is None
    assert await weighed(ROOT, tmp_path, []) is None


async def test_what_cannot_be_fitted_is_an_error_that_names_the_log(tmp_path: Path) -> None:
    broken: list[tuple[Evidence, bool]] = [({"reading": float("nan")}, bool(n % 2)) for n in range(400)]
    with pytest.raises(NluError, match=r"weigh\.log"):
        await weighed(ROOT, tmp_path, broken)


async def test_without_rasas_environment_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="make setup"):
        await weighed(tmp_path, tmp_path, rows())


async def test_what_speaks_for_an_answer_never_speaks_against_it_whatever_a_few_rows_say(tmp_path: Path) -> None:
    def sure(step: int, tenth: int) -> Evidence:
        return {"reading": float(tenth), "against_rival": float(10 - tenth)}

    # Among the surest of all half are wrong; a free curve would turn there.
    given = [
        (sure(step, tenth), step % 10 <= tenth if tenth < 9 else step % 2 == 0)
        for step in range(60)
        for tenth in range(10)
    ]
    found = await weighed(ROOT, tmp_path, given)
    assert found is not None
    for name, direction in (("reading", 1), ("against_rival", -1)):
        heights = [direction * height for _, height in found.weights.curves[name]]
        assert heights == sorted(heights)
    assert found.weights.curves["reading"][-1][1] > found.weights.curves["reading"][0][1]

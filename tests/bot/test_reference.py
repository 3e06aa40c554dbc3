"""What labelled messages are judged with, and what a judgement rests on."""

from pathlib import Path

from bot import reference, shop
from bot.decisions import Context
from bot.replies import shipped
from bot.settings import ROOT
from handoff.values import Text
from tests.fakes import MovedClock, ScriptedNlu, Surely

SHOP = shop.load(ROOT / "shop.yml")


async def test_the_starter_articles_answer_and_no_order_is_known(clock: MovedClock) -> None:
    nlu = ScriptedNlu()
    nlu.means("how long can I return it", ("return_policy", 0.9), ("refund_status", 0.05))
    nlu.means("where is XM20261003, phone 668", ("track_order", 0.9), ("delivery_time", 0.05))
    brain = reference.brains(SHOP, shipped(), clock)(nlu, Surely())
    answered = await brain.understand(Text("how long can I return it"), Context("en"))
    assert answered.hits[0].id == "return-policy"
    lost = await brain.understand(Text("where is XM20261003, phone 668"), Context("en"))
    assert "9" not in str(lost.decision), "nothing of an order"


def test_a_judgement_rests_on_the_cases_the_rules_and_the_budget_it_is_made_for(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text("{}")
    before = reference.basis(SHOP, [cases])
    assert reference.basis(SHOP, [cases]) == before
    assert reference.basis(SHOP, [cases], budget=0.02) != reference.basis(SHOP, [cases], budget=0.03) != before

    def with_rule(**changed: float) -> shop.Shop:
        return SHOP.model_copy(update={"understanding": SHOP.understanding.model_copy(update=changed)})

    assert reference.basis(with_rule(wrong_answer_budget=0.1), [cases]) == before
    assert reference.basis(with_rule(person_threshold=0.9), [cases]) != before
    cases.write_text("{ }")
    assert reference.basis(SHOP, [cases]) != before


def test_all_that_decides_is_found() -> None:
    folder = Path(reference.__file__).parents[1]
    assert all(list(folder.glob(files)) for files in reference.DECIDES)

"""What is held for and against an answer."""

from bot.decisions import Hit
from bot.evidence import evidence
from nlu.evidence import log_odds
from nlu.result import IntentScore, Reading

HITS = (Hit("router", "Router", "…", "", 0.6), Hit("film", "Film", "…", "", 0.25))


def reading(*ranking: tuple[str, float], text: str = "how do I set it up") -> Reading:
    return Reading(text, tuple(IntentScore(*score) for score in ranking), (), "m1")


def test_an_article_counts_with_its_score_its_rival_and_the_weaker_of_reading_and_search() -> None:
    found = evidence(reading(("how_to_use", 0.9), ("product_info", 0.06)), "article", HITS, "en")
    assert found["article"] == log_odds(0.6) == found["weaker"]
    assert found["against_rival"] == log_odds(0.25)
    assert found["reading"] == log_odds(0.9)
    assert (found["intent"], found["way"], found["language"]) == ("how_to_use", "article", "en")


def test_without_any_article_the_search_speaks_against_an_answer() -> None:
    found = evidence(reading(("how_to_use", 0.9)), "article", (), "en")
    assert found["article"] == found["weaker"] == log_odds(0)


def test_what_needs_no_article_is_not_judged_by_one() -> None:
    found = evidence(reading(("track_order", 0.9)), "skill", HITS, "zh-TW")
    assert not {"reading", "article", "against_rival", "weaker"} & found.keys()
    assert found["alone"] == log_odds(0.9)


def test_doubts_are_held_against_it_however_sure_the_reading() -> None:
    found = evidence(reading(("track_order", 0.7), ("out_of_scope", 0.2), ("unclear", 0.1)), "skill", (), "en")
    assert (found["against_out_of_scope"], found["against_unclear"]) == (log_odds(0.2), log_odds(0.1))
    assert evidence(reading(("track_order", 0.7)), "skill", (), "en")["against_unclear"] == log_odds(0)

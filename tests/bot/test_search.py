"""Which article is found for what a customer writes, given how it was read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.decisions import Hit
from bot.knowledge import articles
from bot.knowledge.article import Article
from bot.knowledge.search import TOP, Index
from handoff.values import Language, Reason
from tests.bot.conftest import Counter

TODAY = date(2026, 11, 22)
STARTER = tuple(articles.read_folder(articles.STARTER))
GIFTS = Article(
    "gift-boxes",
    "en",
    "Gift wrapping",
    ("product_info",),
    False,
    ("gift wrapping", "gift box"),
    ("Can you wrap it as a present?", "do you have gift boxes"),
    "",
    "Yes. Choose **gift wrapping** when you pay.",
)


@pytest.fixture(scope="module")
def starter() -> Index:
    return Index(STARTER, TODAY)


@pytest.fixture(scope="module")
def with_gifts() -> Index:
    return Index([*STARTER, GIFTS], TODAY)


def best(index: Index, text: str, language: Language, *intents: str) -> str:
    return index.search(text, language, intents)[0].id


@pytest.mark.parametrize("language", ["zh-TW", "zh-CN", "en"])
def test_an_articles_own_question_finds_it_whatever_was_read(starter: Index, language: Language) -> None:
    asked = [(question, article) for article in STARTER for question in article.questions]
    owners: dict[str, set[str]] = {}
    for question, article in asked:
        owners.setdefault(question.casefold().strip(" ?？"), set()).add(article.id)
    missed = [
        question
        for question, article in asked
        if article.language == language
        and (found := starter.search(question, language, ["promotion"])[0])
        and (found.id not in owners[question.casefold().strip(" ?？")] or found.score < 1)
    ]
    assert missed == []


@pytest.mark.parametrize("read", ["promotion", "missing_item", "payment_methods", "product_info"])
@pytest.mark.parametrize(
    "text", ["Can you wrap it as a present?", "can you wrap this as a present", "Have you got gift boxes"]
)
def test_a_new_article_is_found_by_words_close_to_its_question(with_gifts: Index, text: str, read: str) -> None:
    assert best(with_gifts, text, "en", read) == "gift-boxes"


def test_words_that_are_only_similar_leave_the_intent_in_charge(with_gifts: Index) -> None:
    hits = with_gifts.search("is there a discount when I buy two gift cards", "en", ["promotion"])
    assert hits[0].id == "promotions"


@pytest.mark.parametrize(
    ("text", "language", "intent", "article"),
    [
        ("超商幫我留到星期天可以嗎", "zh-TW", "delivery_options", "store-pickup"),
        ("寄到離島的話有送嗎", "zh-TW", "delivery_options", "overseas-and-islands"),
        ("能不能货到付款 我想先看看东西", "zh-CN", "payment_methods", "cash-on-delivery-and-instalments"),
        ("I want you to erase my account for good", "en", "account_help", "delete-account-and-data"),
        ("will they bring it up to the fifth floor", "en", "delivery_options", "delivery-areas"),
    ],
)
def test_a_general_article_does_not_hide_the_one_that_is_meant(
    starter: Index, text: str, language: Language, intent: str, article: str
) -> None:
    assert best(starter, text, language, intent) == article


def test_a_typo_costs_little(starter: Index) -> None:
    assert best(starter, "how do i desclae the kettel, white flakes insied", "en", "how_to_use") == "kettle-descaling"


def test_what_no_article_of_the_intent_is_about_scores_low(starter: Index) -> None:
    hits = starter.search("how do I thread the sewing machine", "en", ["how_to_use"])
    assert hits[0].score < 0.3


def test_near_misses_of_other_intents_are_kept_and_score_below_any_answer(starter: Index) -> None:
    hits = starter.search("fitness band shows a wrong heart rate", "en", ["warranty"])
    assert len(hits) == TOP
    assert hits[0].id in ("warranty", "warranty-special-cases")
    assert "fitness-band" in ids_of(hits[1:])
    assert all(hit.score < 0.3 for hit in hits if hit.id == "fitness-band")


def test_without_intents_the_words_alone_count(starter: Index) -> None:
    hits = starter.search("descale kettle", "en", [])
    assert hits[0].id == "kettle-descaling"
    assert 0 < hits[0].score <= 1
    assert all(hit.score == 0 for hit in starter.search("xyzzy", "en", []))


def test_scores_stay_between_nothing_and_certain_and_come_surest_first(starter: Index) -> None:
    for text in ("", "?", "👍", "退", "return " * 300, "超商取貨可以放幾天"):
        scores = [hit.score for hit in starter.search(text, "zh-TW", ["return_policy"])]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_an_article_without_a_body_in_the_language_is_never_found(with_gifts: Index) -> None:
    assert "gift-boxes" not in ids_of(with_gifts.search("do you have gift boxes", "zh-TW", ["product_info"]))


def test_only_what_is_valid_today_is_found() -> None:
    over = replace(GIFTS, valid_to=date(2026, 11, 21))
    assert Index([over], TODAY).search("do you have gift boxes", "en", ["product_info"]) == ()


def test_an_index_of_nothing_finds_nothing() -> None:
    assert Index([], TODAY).search("do you have gift boxes", "en", ["product_info"]) == ()


async def test_after_no_that_is_not_it_the_same_article_is_never_given_again(counter: Counter) -> None:
    first, again = "鋼化膜收到了,我要怎麼貼?", "鋼化膜到底要怎麼貼"
    counter.nlu.means(first, ("how_to_use", 0.9), ("product_info", 0.02))
    counter.nlu.means("不是這個", ("deny", 0.9), ("affirm", 0.02))
    counter.nlu.means(again, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(first)
    messages = await counter.answered(conversation)
    assert [m.decision["article"]["id"] for m in messages if m.decision] == ["apply-tempered-glass-film"]
    await counter.says("不是這個")
    await counter.until_sleeping()
    counter.clock.move(1)
    await counter.answered(conversation)
    await counter.says(again)
    assert (await counter.handed_off(conversation))[0] is Reason.REPEATED


def ids_of(hits: Sequence[Hit]) -> list[str]:
    return [hit.id for hit in hits]

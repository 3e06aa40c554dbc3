import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.folding import fold, language, spans, tokens
from nlu.folding_table import ONLY_SIMPLIFIED, ONLY_TRADITIONAL, SIMPLIFIED, TRADITIONAL


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("我的訂單到哪裡了", "我的订单到哪里了"),
        ("請問妳們臺北門市", "请问你们台北门市"),
        ("ＸＭ２０２６１００１", "xm20261001"),
        ("Where IS   my\u3000order", "where is my order"),
        ("有人嗎????????", "有人吗??"),
        ("哈哈哈哈哈哈", "哈哈"),
        ("sooooooo slow", "sooo slow"),
        ("快點快點快點快點", "快点快点"),
        ("hahahahaha", "haha"),
        ("退\u200b貨\ufeff", "退货"),
        ("\u202e退貨\u202c", "退货"),
        ("👍🏽", "👍"),
        ("❤️", "❤"),
        ("don’t “want” it", 'don\'t "want" it'),
        ("half \ud800 a pair", "half a pair"),
        ("  ", ""),
    ],
)
def test_many_spellings_become_one(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize("kept", ["xxxl", "aaa", "13800000000", "2026-11-11", "xm20000001", "100000元"])
def test_sizes_batteries_and_numbers_are_no_drawl(kept: str) -> None:
    assert fold(kept) == kept


def test_the_table_pairs_every_traditional_character_with_a_simplified_one() -> None:
    assert len(TRADITIONAL) == len(SIMPLIFIED) == len(set(TRADITIONAL))
    assert "".join(map(fold, TRADITIONAL)) == SIMPLIFIED


def test_simplified_script_stays_as_it_is() -> None:
    assert not set(SIMPLIFIED) & set(TRADITIONAL)
    assert "".join(map(fold, ONLY_SIMPLIFIED)) == ONLY_SIMPLIFIED


def test_no_character_gives_away_both_scripts() -> None:
    assert not set(ONLY_SIMPLIFIED) & set(ONLY_TRADITIONAL)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="ab哈臺!1 \u200b’👍", max_size=30))
def test_folding_repetitions_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("查XM20261001到哪", ["查", "xm20261001", "到", "哪"]),
        ("I don't want it", ["i", "don't", "want", "it"]),
        ("iPhone15配AirPods嗎", ["iphone15", "配", "airpods", "吗"]),
        ("2026-11-03 12.5kg", ["2026-11-03", "12.5kg"]),
        ("wi-fi 7-11", ["wi", "fi", "7-11"]),
        ("好👍👍", ["好", "👍", "👍"]),
        ("……", []),
    ],
)
def test_words_and_codes_stay_whole_and_chinese_is_cut_into_characters(text: str, pieces: list[str]) -> None:
    assert tokens(text) == pieces


@given(st.text())
def test_tokens_lie_in_the_text_one_after_the_other(text: str) -> None:
    at = 0
    for start, end in spans(text):
        assert at <= start < end <= len(text)
        at = end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("請問什麼時候會到", "zh-TW"),
        ("ㄟ 有人在ㄇ", "zh-TW"),
        ("我的order怎麼還沒到", "zh-TW"),
        ("请问什么时候到", "zh-CN"),
        ("怎么退", "zh-CN"),
        ("这个 iPhone 15 Pro 有货吗", "zh-CN"),
        ("台湾可以寄吗", "zh-CN"),
        ("where is my order", "en"),
        ("refund pls", "en"),
        ("what does 退款 mean on my order", "en"),
        ("我要退款", None),
        ("OK", None),
        ("hi", None),
        ("iPhone 15 Pro Max", None),
        ("XM20261001", None),
        ("0912-345-678", None),
        ("chen@example.com", None),
        ("https://shop.example/returns", None),
        ("👍", None),
        ("注文はどこですか", None),
        ("", None),
    ],
)
def test_a_language_is_named_only_where_it_is_clear(text: str, expected: str | None) -> None:
    assert language(text) == expected

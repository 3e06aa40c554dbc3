"""What is searched for is found in whichever script it was written."""

import pytest

from nlu.spelling import MOST, spellings


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("冒煙", "冒烟"),
        ("冒烟", "冒煙"),
        ("退货", "退貨"),
        ("头发", "頭髮"),
        ("發票", "发票"),
        ("后面", "後面"),
        ("XM20261003 發票", "XM20261003 发票"),
    ],
)
def test_words_are_tried_in_the_other_script(asked: str, written: str) -> None:
    assert spellings(asked)[0] == asked
    assert written in spellings(asked)


@pytest.mark.parametrize("text", ["", "charger", "10%_", "😀"])
def test_what_is_written_in_one_way_stays_one(text: str) -> None:
    assert spellings(text) == (text,)


def test_a_long_text_is_not_tried_in_a_thousand_ways() -> None:
    assert len(spellings("发后里面干" * 40)) <= MOST

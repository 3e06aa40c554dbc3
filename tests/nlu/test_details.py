import pytest

from nlu.server.components.details import LONGEST_TOKEN, MOST_TOKENS, features, normal, pieces


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("quantity", "兩", "2"),
        ("quantity", "十二", "12"),
        ("quantity", "二十", "20"),
        ("quantity", "一百", "100"),
        ("quantity", "５", "5"),
        ("quantity", "Three", "3"),
        ("quantity", "a few", "a few"),
        ("size", "xl", "XL"),
        ("size", "24.5", "24.5"),
        ("size", "大一號", "大一號"),
        ("size", "one size up", "one size up"),
        ("sku", "kt-550", "KT-550"),
        ("product", "鋼化膜", "鋼化膜"),
        ("carrier", "SF Express", "SF Express"),
    ],
)
def test_a_detail_has_one_normal_form(name: str, typed: str, value: str) -> None:
    assert normal(name, typed) == value


def test_both_scripts_and_widths_look_the_same() -> None:
    taiwan, mainland = "兩雙紅色的襪子ＸＬ", "两双红色的袜子XL"
    assert features(taiwan, pieces(taiwan)) == features(mainland, pieces(mainland))


def test_a_word_of_several_signs_is_known_as_one() -> None:
    (first, second, third) = features("鋼化膜", pieces("鋼化膜"))
    assert "k=Bthing" in first and "k=Ithing" in second and "k=Ithing" in third


def test_a_thing_can_be_left_unknown() -> None:
    assert "k=" in features("kettle", pieces("kettle"), things=False)[0]
    assert "k=Bcolour" in features("red", pieces("red"), things=False)[0]


@pytest.mark.parametrize("text", ["三" * 20_000, "red " * 5_000, "x" * 20_000, "", " ", "👍", "\ud800", "[](){}"])
def test_only_so_much_of_a_text_is_looked_at(text: str) -> None:
    positions = pieces(text)
    assert len(positions) <= MOST_TOKENS
    assert all(0 <= start < end <= start + LONGEST_TOKEN for start, end in positions)
    assert len(features(text, positions)) == len(positions)

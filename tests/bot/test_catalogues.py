"""Intents, skills, texts, articles and rules belong together; a hole between them shows here, not to a customer."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot import shop as shops
from bot.dialogue import CALLS, OUT_OF_SCOPE, SOCIAL, UNCLEAR
from bot.knowledge import articles
from bot.replies import shipped
from bot.settings import ROOT, SettingsError, read, secret_key
from bot.shop import LANGUAGES, ShopFileError
from bot.skills import SKILL_OF_INTENT, SKILLS
from bot.training import known_intents
from handoff.assignment import Rules
from handoff.quality import checklist_of
from nlu import folding

REPLIES = shipped()


@cache
def intents(language: str) -> set[str]:
    content = yaml.safe_load((ROOT / "nlu" / "data" / f"{language}.yml").read_text("utf-8"))
    return {block["intent"] for block in content["nlu"]}


def test_every_intent_is_taught_in_every_language() -> None:
    assert intents("zh-TW") == intents("zh-CN") == intents("en")


def test_every_intent_can_be_offered_or_acted_on() -> None:
    nameless = {
        i for i in intents("en") - SOCIAL - CALLS.keys() - {OUT_OF_SCOPE, UNCLEAR} if not REPLIES.has(f"intent.{i}")
    }
    assert nameless == set()
    assert all(REPLIES.has(f"social.{intent}") for intent in SOCIAL)
    assert CALLS.keys() | SOCIAL | SKILL_OF_INTENT.keys() <= intents("en")


def test_every_intent_may_stand_in_training_data() -> None:
    assert intents("en") <= known_intents()


def test_every_registered_skill_exists() -> None:
    assert set(SKILL_OF_INTENT.values()) == SKILLS.keys()


def test_every_starter_article_has_three_bodies_and_known_intents() -> None:
    found = list(articles.read_folder(articles.STARTER))
    by_id: dict[str, set[str]] = {}
    for article in found:
        by_id.setdefault(article.id, set()).add(article.language)
        assert set(article.intents) <= intents("en"), article.id
    assert len(by_id) >= 15
    assert all(languages == set(LANGUAGES) for languages in by_id.values())


@pytest.mark.parametrize("language", ["zh-TW", "zh-CN"])
def test_texts_and_articles_keep_to_their_script(language: str) -> None:
    other = {"zh-TW": "zh-CN", "zh-CN": "zh-TW"}[language]
    texts = {a.id: f"{a.title}\n{a.body}" for a in articles.read_folder(articles.STARTER) if a.language == language}
    texts |= yaml_texts(language)
    wrong = [key for key, text in texts.items() if folding.language(text) == other]
    assert wrong == []


def yaml_texts(language: str) -> dict[str, str]:
    raw = (ROOT / "bot" / "texts" / f"{language}.yml").read_text("utf-8")
    return {str(n): line for n, line in enumerate(raw.splitlines()) if not line.startswith("#")}


def test_placeholders_are_the_same_in_every_language() -> None:
    for key in REPLIES._texts["en"]:
        names = {frozenset(re.findall(r"{(\w+)}", REPLIES._texts[language][key])) for language in LANGUAGES}
        assert len(names) == 1, key


def test_the_widget_gets_every_text_it_knows_how_to_show() -> None:
    source = (ROOT / "web" / "widget" / "texts.ts").read_text("utf-8")
    keys = set(re.findall(r'^\s*\|?\s*"(\w+)"', source, re.MULTILINE)) | set(re.findall(r'\| "(\w+)"', source))
    assert keys, "no keys found: has texts.ts changed its form?"
    assert keys - {"zh-TW", "zh-CN", "en"} <= set(REPLIES.section("widget", "en")), "the widget wants texts we lack"


def test_no_case_stands_in_the_training_data() -> None:
    trained = {
        folding.fold(line.strip()[2:])
        for path in (ROOT / "nlu" / "data").glob("*.yml")
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith("- ")
    }
    cases = [
        json.loads(line)
        for name in ("seed.jsonl", "everyday.jsonl")
        for line in (ROOT / "tests" / "cases" / name).read_text("utf-8").splitlines()
    ]
    copied = {folding.fold(case["text"]) for case in cases if len(folding.tokens(case["text"])) > 5} & trained
    assert copied == set()


SAID = {"zh-TW": "核對", "zh-CN": "核对", "en": "Checked"}
LIST = {"key": "returns", "title": SAID, "points": [{"key": "order", "text": SAID}]}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"language": "fr"}, "language"),
        ({"colour": "red"}, "colour"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"name": {"en": "Shop"}}, "name"),
        ({"accent": "teal"}, "accent"),
        ({"assignment": {"remind_after_s": [60, 180]}}, "assignment"),
        ({"assignment": {"capacity": 0}}, "assignment.capacity"),
        ({"quality": {"checklists": [{**LIST, "points": []}]}}, "quality.checklists.0.points"),
        ({"quality": {"checklists": [LIST, LIST]}}, "the key returns is there twice"),
        ({"quality": {"checklists": [{**LIST, "title": {"en": "Returns"}}]}}, "lacks zh-TW, zh-CN"),
        ({"quality": {"checklists": [{**LIST, "reasons": ["bored"]}]}}, "quality.checklists.0.reasons.0"),
    ],
)
def test_a_wrong_key_of_the_shop_file_is_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    content = yaml.safe_load((ROOT / "shop.yml").read_text("utf-8")) | change
    path = tmp_path / "shop.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(ShopFileError, match=named):
        shops.load(path)


def test_a_shop_file_from_before_assignment_leaves_claiming_as_it_was(tmp_path: Path) -> None:
    content = yaml.safe_load((ROOT / "shop.yml").read_text("utf-8"))
    del content["assignment"]
    (tmp_path / "shop.yml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    assert shops.load(tmp_path / "shop.yml").assignment.rules == Rules()


def test_checklists_name_intents_that_are_taught_and_a_shop_may_have_none(tmp_path: Path) -> None:
    content = yaml.safe_load((ROOT / "shop.yml").read_text("utf-8"))
    lists = shops.load(ROOT / "shop.yml").quality.rules
    assert lists and {intent for one in lists for intent in one.intents} <= intents("en")
    assert checklist_of(lists, "swept", None) == lists[-1], "the last is for whatever no other names"
    del content["quality"]
    (tmp_path / "shop.yml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    assert shops.load(tmp_path / "shop.yml").quality.rules == ()


def test_a_shop_file_that_is_not_there_or_not_yaml_says_so(tmp_path: Path) -> None:
    with pytest.raises(ShopFileError, match="missing"):
        shops.load(tmp_path / "none.yml")
    (tmp_path / "shop.yml").write_text("name: [")
    with pytest.raises(ShopFileError):
        shops.load(tmp_path / "shop.yml")


@pytest.mark.parametrize("url", ["mysql://x/y", "baton.db"])
def test_another_kind_of_database_is_refused_at_once(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        read({"DATABASE_URL": url})


@pytest.mark.parametrize("port", ["x", "0", "70000", "-1"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(SettingsError, match="BATON_PORT"):
        read({"BATON_PORT": port})


def test_a_short_secret_is_refused_and_a_made_one_is_kept_private(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BATON_SECRET"):
        secret_key(tmp_path, {"BATON_SECRET": "short"})
    made = secret_key(tmp_path, {})
    assert len(made) >= 32
    assert secret_key(tmp_path, {}) == made
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0

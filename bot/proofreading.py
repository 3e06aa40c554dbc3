"""`baton check-texts`: everything a customer may read, checked for tone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from bot import replies
from bot.knowledge import articles
from bot.knowledge.article import Article
from bot.replies import Replies
from bot.shop import LANGUAGES, Shop
from bot.shopdata import demo
from bot.wording import tone_of
from handoff.desk import canned
from handoff.desk.canned import Canned
from handoff.tone import Finding
from handoff.values import Language


@dataclass(frozen=True, slots=True)
class Passage:
    """Words and where they stand, in a form in which somebody finds them."""

    where: str
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    passage: Passage
    finding: Finding

    def __str__(self) -> str:
        """A line for people: where, what, and what to say instead."""
        passage, finding = self.passage, self.finding
        line = passage.text.count("\n", 0, finding.start) + 1
        words = passage.text[finding.start : finding.end].replace("\n", " ")
        better = "leave it out" if finding.say == "" else finding.say or finding.hint
        advice = f" → {better}" if better else ""
        return f"{passage.where}, line {line}: {finding.kind}: {words}{advice}. {finding.why['en']}"


def remarks(shop: Shop, passages: Iterable[Passage]) -> list[Remark]:
    tone = tone_of(shop)
    return [Remark(passage, finding) for passage in passages for finding in tone.judge(passage.text, passage.language)]


def of_shop(shop: Shop) -> Iterator[Passage]:
    """What `shop.yml` has for customers' eyes; what it says instead must not need correcting itself."""
    for language in LANGUAGES:
        for avoided, said in shop.voice.say_instead.get(language, {}).items():
            yield Passage(f"shop.yml voice.say_instead.{language}.{avoided}", language, said)
        if closing := shop.voice.sign_off.get(language):
            yield Passage(f"shop.yml voice.sign_off.{language}", language, closing)


def shipped(folder: Path) -> list[Passage]:
    """The replies, the articles of a folder, and the demo shop's prepared answers. Raises `ArticleFileError`."""
    prepared = [Canned(0, entry["shortcut"], entry["title"], entry["texts"]) for entry in demo.canned()]
    return [*_replies(replies.shipped()), *_articles(articles.read_folder(folder)), *_prepared(prepared)]


def stored(session: Session) -> list[Passage]:
    """What the shop's own people have written."""
    return [*_articles(articles.load(session)), *_prepared(canned.listing(session))]


def _replies(catalogue: Replies) -> Iterator[Passage]:
    for language in LANGUAGES:
        for key, text in catalogue.every(language).items():
            yield Passage(f"bot/texts/{language}.yml {key}", language, text)


def _articles(found: Iterable[Article]) -> Iterator[Passage]:
    for article in found:
        for part, text in (("title", article.title), ("body", article.body), ("next_step", article.next_step)):
            yield Passage(f"article {article.id}/{article.language} {part}", article.language, text)


def _prepared(answers: Iterable[Canned]) -> Iterator[Passage]:
    for answer in answers:
        for language in LANGUAGES:
            if text := answer.texts.get(language):
                yield Passage(f"prepared answer /{answer.shortcut} {language}", language, text)

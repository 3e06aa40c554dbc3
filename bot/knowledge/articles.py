"""Where articles come from and are kept: Markdown files, and a table."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import JSON, Boolean, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.knowledge.article import Article
from bot.shop import LANGUAGES
from handoff.db import Base, UtcDateTime
from handoff.values import Language

STARTER = Path(__file__).parent / "starter"


class ArticleFileError(Exception):
    """An article file cannot be used; the message names file and key."""


class ArticleRow(Base):
    __tablename__ = "articles"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    general: Mapped[bool] = mapped_column(Boolean)
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    next_step: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)

    title: Annotated[str, Field(min_length=1, max_length=300)]
    intents: Annotated[list[str], Field(min_length=1)]
    general: bool
    products: list[str]
    questions: Annotated[list[str], Field(min_length=1)]
    next_step: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def read_folder(folder: Path) -> Iterator[Article]:
    """Articles of `folder/<id>/<language>.md`. Raises `ArticleFileError`."""
    for path in sorted(folder.glob("*/*.md")):
        language = next((code for code in LANGUAGES if code == path.stem), None)
        if language is None:
            raise ArticleFileError(f"{path}: the file must be named after a language: {', '.join(LANGUAGES)}")
        yield read_file(path, path.parent.name, language)


def read_file(path: Path, article_id: str, language: Language) -> Article:
    try:
        head, body = _parted(path.read_text("utf-8"))
        front = _FrontMatter.model_validate(yaml.safe_load(head))
    except (ValueError, yaml.YAMLError, ValidationError) as error:
        raise ArticleFileError(f"{path}: {error}") from None
    return Article(
        article_id,
        language,
        front.title,
        tuple(front.intents),
        front.general,
        tuple(front.products),
        tuple(front.questions),
        front.next_step.strip(),
        body.strip(),
        front.valid_from,
        front.valid_to,
    )


def store(session: Session, articles: Sequence[Article], now: datetime) -> None:
    """Replace the articles given here, each in its language; others stay."""
    for article in articles:
        session.execute(delete(ArticleRow).where(ArticleRow.id == article.id, ArticleRow.language == article.language))
    session.add_all(_row(article, now) for article in articles)


def load(session: Session) -> list[Article]:
    return [_article(row) for row in session.scalars(select(ArticleRow).order_by(ArticleRow.id, ArticleRow.language))]


def version(session: Session) -> tuple[int, datetime]:
    """Changes whenever any article does."""
    count, newest = session.execute(select(func.count(), func.max(ArticleRow.updated_at))).one()
    return count, newest or datetime.min.replace(tzinfo=UTC)


def _parted(text: str) -> tuple[str, str]:
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise ValueError("must begin with a front matter between two lines of ---")
    return parts[1], parts[2]


def _row(article: Article, now: datetime) -> ArticleRow:
    meta = {
        "intents": article.intents,
        "products": article.products,
        "questions": article.questions,
        "valid_from": article.valid_from and article.valid_from.isoformat(),
        "valid_to": article.valid_to and article.valid_to.isoformat(),
    }
    return ArticleRow(
        id=article.id,
        language=article.language,
        title=article.title,
        general=article.general,
        meta=meta,
        next_step=article.next_step,
        body=article.body,
        updated_at=now,
    )


def _article(row: ArticleRow) -> Article:
    meta: Mapping[str, Any] = row.meta
    language = next(code for code in LANGUAGES if code == row.language)
    return Article(
        row.id,
        language,
        row.title,
        tuple(meta["intents"]),
        row.general,
        tuple(meta["products"]),
        tuple(meta["questions"]),
        row.next_step,
        row.body,
        _date(meta["valid_from"]),
        _date(meta["valid_to"]),
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None

"""The form for a terminal of 100 columns."""

from collections.abc import Sequence
from typing import Unpack

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.evaluation import Judged
from bot.report.measures import About, Measures, Report, report_of
from bot.report.rows import ROWS, Row, columns, is_over, percent

MAX_WORST = 10


def table(found: Sequence[Judged], **about: Unpack[About]) -> RenderableType:
    """The figures of all messages and of each language, then what is read worst and mixed up most."""
    report = report_of(found, **about)
    parts = [_figures(report)]
    if report.overall.worst_intents:
        parts.append(_worst(report.overall))
    if report.overall.confusions:
        parts.append(_confusions(report.overall))
    return Group(*parts)


def _figures(report: Report) -> Table:
    model = f" · model {report.model}" if report.model else ""
    made = _table(f"{report.title}{model}", "", *columns(report))
    for row in ROWS:
        budget = f" (budget {percent(report.budget)})" if row.is_wrong_share and report.budget is not None else ""
        made.add_row(row.name + budget, *(_cell(report, row, measures) for measures in columns(report).values()))
    return made


def _cell(report: Report, row: Row, measures: Measures) -> Text:
    if row.is_wrong_share and is_over(report, measures):
        return Text(f"over: {row.value(measures)}", style="bold red")
    return Text(row.value(measures))


def _worst(measures: Measures) -> Table:
    made = _table("Intents read worst", "intent", "messages", "precision", "recall")
    for one in measures.worst_intents[:MAX_WORST]:
        made.add_row(_plain(one.name), str(one.support), percent(one.precision), percent(one.recall))
    return made


def _confusions(measures: Measures) -> Table:
    made = _table("Mixed up most", "meant", "messages", "read as")
    made.columns[2].justify = "left"
    for one in measures.confusions[:MAX_WORST]:
        made.add_row(_plain(one.expected), str(one.messages), _plain(one.predicted))
    return made


def _table(title: str, first: str, *others: str) -> Table:
    made = Table(title=_plain(title), title_justify="left")
    made.add_column(first, overflow="fold")
    for name in others:
        made.add_column(name, justify="right", overflow="fold")
    return made


def _plain(text: str) -> Text:
    """Data is no markup, and no command to the terminal."""
    return Text("".join(character if character.isprintable() else " " for character in text))

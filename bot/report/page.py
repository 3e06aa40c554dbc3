"""The form for people: one page that needs no other file, no script and no network. All that is data is escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Unpack

from bot.evaluation import Judged
from bot.report import charts
from bot.report.measures import About, IntentFigures, Measures, Report, report_of
from bot.report.rows import ROWS, Row, columns, is_over, percent
from bot.report.style import STYLE

MAX_QUOTED = 600
SHADES = 5


def page(found: Sequence[Judged], **about: Unpack[About]) -> str:
    report = report_of(found, **about)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>{escape(report.title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(report.title)}</h1>
{_summary(report)}
{_section("Figures", _figures(report))}
{_section("Wrong answers and coverage", _curves(report))}
{_section("How sure, and how right", _reliability(report.overall))}
{_section("What was meant, and what was read", _matrix(report.overall))}
{_section("Accuracy per intent", _bars(report.overall))}
{_section("Wrong answers", _wrong(report.wrong))}
</main>
</body>
</html>
"""


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{content}\n</section>"


def _wide(named: str) -> str:
    """What begins something that scrolls sideways, with a keyboard too."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{named}">'


def _nothing() -> str:
    return '<p class="note">There is nothing to show.</p>'


def _summary(report: Report) -> str:
    counted = report.overall.figures
    if not counted.messages:
        return "<p>No messages were judged.</p>"
    model = f'<p class="note">Model {escape(report.model)}</p>\n' if report.model else ""
    budget = f" The shop allows {percent(report.budget)}." if report.budget is not None else ""
    over = (
        ' <strong class="over">That is more than the shop allows.</strong>' if is_over(report, report.overall) else ""
    )
    share = f" ({percent(report.overall.wrong_share)})" if counted.automatic else ""
    return (
        f"{model}<p>{counted.messages} messages, {counted.automatic} answered automatically; "
        f"{counted.wrong} wrong{share}, with 95 % certainty at most {percent(report.overall.wrong_bound)}."
        f"{budget}{over}</p>"
    )


def _figures(report: Report) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns(report))
    lines = "\n".join(_line(report, row) for row in ROWS)
    meanings = "".join(f"<dt>{row.name}</dt><dd>{row.meaning}</dd>" for row in ROWS)
    return (
        f'{_wide("Figures")}<table class="figures"><thead><tr><td></td>{heads}'
        '<td class="meaning"></td></tr></thead>\n'
        f"<tbody>{lines}</tbody></table></div>\n<details><summary>What these are</summary><dl>{meanings}</dl></details>"
    )


def _line(report: Report, row: Row) -> str:
    cells = "".join(_cell(report, row, measures) for measures in columns(report).values())
    return f'<tr><th scope="row">{row.name}</th>{cells}<td class="meaning">{row.meaning}</td></tr>'


def _cell(report: Report, row: Row, measures: Measures) -> str:
    if row.is_wrong_share and is_over(report, measures):
        return f'<td class="over"><small>over</small> {row.value(measures)}</td>'
    return f"<td>{row.value(measures)}</td>"


def _curves(report: Report) -> str:
    drawn = {name: measures for name, measures in columns(report).items() if measures.curve}
    if not drawn:
        return _nothing()
    plots = "\n".join(_curve(name, measures, report.budget) for name, measures in drawn.items())
    return (
        '<p class="note">What would follow from each threshold: on the left little is said, on the right more. Counted '
        "are answers and courtesies. A line ends where nothing less sure could be said; shares above the scale are "
        f'drawn at its edge.</p>\n<div class="plots">{plots}</div>'
    )


def _curve(name: str, measures: Measures, budget: float | None) -> str:
    named = f"Wrong share over coverage, {name}"
    plot = charts.risk(measures.curve, measures.chosen, budget, escape(named))
    return f"<figure><h3>{escape(name)}</h3>{plot}<figcaption>{_choice(measures, budget)}</figcaption></figure>"


def _choice(measures: Measures, budget: float | None) -> str:
    if budget is None:
        return "No budget was given, so no threshold is chosen."
    if measures.chosen is None:
        return "With these messages no threshold is proved to keep to the budget."
    point, bound = measures.chosen.point, measures.chosen.bound
    return (
        f"Chosen: from {point.threshold:.3f} on, coverage {percent(point.coverage)}, "
        f"wrong {percent(point.wrong_share)}, at most {percent(bound)}."
    )


def _reliability(measures: Measures) -> str:
    if measures.calibration_error is None:
        return _nothing()
    plot = charts.reliability(measures.bins, "Right readings over confidence")
    return (
        '<p class="note">Bars: the share of readings of that confidence that are right, and above it of how many. On '
        "the dashed line confidence and accuracy are the same; on average they differ by "
        f'{percent(measures.calibration_error)}.</p>\n<div class="plots"><figure>{plot}</figure></div>'
    )


def _matrix(measures: Measures) -> str:
    intents = measures.intents
    if not intents:
        return _nothing()
    heads = "".join(f'<th scope="col"><span>{escape(one.name)}</span></th>' for one in intents)
    lines = "\n".join(_meant(one, intents, measures) for one in intents)
    return (
        '<p class="note">A row for what was meant, a column for what was read. Right readings lie on the diagonal; the '
        "others are framed. The deeper the colour, the larger the share of its row.</p>\n"
        f'{_wide("What was meant, and what was read")}<table class="matrix"><thead><tr><td></td>'
        f"{heads}</tr></thead>\n<tbody>{lines}</tbody></table></div>"
    )


def _meant(one: IntentFigures, intents: Iterable[IntentFigures], measures: Measures) -> str:
    cells = "".join(_pair(one, other.name, measures.pairs.get((one.name, other.name), 0)) for other in intents)
    return f'<tr><th scope="row">{escape(one.name)}</th>{cells}</tr>'


def _pair(meant: IntentFigures, read: str, messages: int) -> str:
    if not messages:
        return "<td></td>"
    kind, shade = "hit" if meant.name == read else "miss", -(-SHADES * messages // meant.support)
    told = escape(f"{meant.name} read as {read}: {messages} of {meant.support}")
    return f'<td class="{kind} shade-{shade}" title="{told}">{messages}</td>'


def _bars(measures: Measures) -> str:
    meant = sorted(
        (one for one in measures.intents if one.support), key=lambda one: (one.recall, -one.support, one.name)
    )
    if not meant:
        return _nothing()
    return f'<ul class="bars">{"".join(map(_bar, meant))}</ul>'


def _bar(one: IntentFigures) -> str:
    width = f"{100 * one.right / one.support:.1f}"
    plot = (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="8"/><rect class="bar" width="{width}" height="8"/></svg>'
    )
    told = f"{percent(one.recall)} <small>{one.right} of {one.support}</small>"
    return f"<li><span>{escape(one.name)}</span>{plot}<span>{told}</span></li>\n"


def _wrong(wrong: Sequence[Judged]) -> str:
    if not wrong:
        return '<p class="note">There are none.</p>'
    return f'<ol class="wrong">{"".join(map(_one_wrong, wrong))}</ol>'


def _one_wrong(one: Judged) -> str:
    case = one.case
    text = case.text if len(case.text) <= MAX_QUOTED else f"{case.text[:MAX_QUOTED]}…"
    decided = " ".join(part for part in (one.decision, one.intent, one.article) if part)
    accepted = ", ".join(case.accept) or "no reading"
    if case.accept_articles is not None:
        accepted += f"; articles: {', '.join(case.accept_articles) or 'none'}"
    return (
        f'<li><p lang="{escape(case.lang)}" dir="auto">{escape(text)}</p>'
        f"<dl>{_detail('Language', case.lang)}{_detail('Decided', decided)}{_detail('Accepted', accepted)}"
        f"{_detail('Sure', percent(one.confidence))}</dl></li>\n"
    )


def _detail(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd><bdi>{escape(value)}</bdi></dd></div>"

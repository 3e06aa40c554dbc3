"""What the routes of the page of figures do."""

from aiohttp import web

from handoff.console import figure_schemas
from handoff.console.figure_page import as_csv, ratings_as_csv
from handoff.console.routes import Call, Console, Route
from handoff.console.spreadsheet import download
from handoff.roles import Permission, permissions


async def read_figures(console: Console, call: Call) -> figure_schemas.FigureReport:
    """How people and the bot did, `from` a day `to` another, by `step` and compared `by` agent, channel or the like."""
    return await _report(console, call)


async def figures_as_table(console: Console, call: Call) -> web.StreamResponse:
    """The same for a spreadsheet."""
    report = await _report(console, call)
    return download(as_csv(report), f"figures-{report.first}-{report.last}")


async def ratings_as_table(console: Console, call: Call) -> web.StreamResponse:
    """Every score of the same days, with what the customer wrote beside it."""
    query, now = call.request.query, console.clock.now()
    rated = await console.figure_page.ratings(console.database, query, now)
    return download(ratings_as_csv(rated), f"ratings-{rated.first}")


async def _report(console: Console, call: Call) -> figure_schemas.FigureReport:
    """What was found of one colleague is for those who review; the others see everybody's together."""
    query, now = call.request.query, console.clock.now()
    reviewing = Permission.REVIEW in permissions(call.agent.role)
    return await console.figure_page.report(console.database, query, now, reviews_by_agent=reviewing)


FIGURES = Permission.FIGURES

ROUTES: tuple[Route, ...] = (
    Route("GET", "/figures", read_figures, figure_schemas.FigureReport, may=FIGURES),
    Route("GET", "/figures.csv", figures_as_table, None, may=FIGURES),
    Route("GET", "/ratings.csv", ratings_as_table, None, may=FIGURES),
)

"""Plots as SVG that a page colours by class. Sizes are such that letters stay legible on a phone."""

from collections.abc import Sequence

from bot.report.measures import Bin, ChosenPoint, Point
from bot.report.rows import percent

WIDTH, HEIGHT = 340, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 30, 40
TOPS = (0.04, 0.08, 0.2, 0.4, 1.0)
"""Ends of a scale whose quarters are whole percents."""


def risk(curve: Sequence[Point], chosen: ChosenPoint | None, budget: float | None, named: str) -> str:
    """Wrong share over coverage. Shares above the scale are drawn at its edge: few answers make large shares."""
    top = _top(curve, budget)
    line = " ".join(f"{_x(p.coverage)},{_y(min(p.wrong_share / top, 1))}" for p in curve)
    parts = [_frame(top, "coverage", "wrong share")]
    if budget is not None:
        at = _y(budget / top)
        parts.append(f'<path class="budget" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
        parts.append(_text(LEFT + 4, at - 5, f"budget {percent(budget)}", "budget-name"))
    parts.append(f'<polyline class="curve" points="{line}"/>')
    parts += [_dot(point, top, "point", 2.5) for point in curve]
    if chosen is not None:
        parts.append(_dot(chosen.point, top, "chosen", 6))
    return _svg(parts, named)


def reliability(bins: Sequence[Bin], named: str) -> str:
    """Accuracy over confidence; where both are the same the bars end on the diagonal."""
    parts = [_frame(1, "confidence", "right readings")]
    parts += [_bar(one) for one in bins if one.accuracy is not None]
    parts.append(f'<path class="ideal" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>')
    parts += [
        _text(_x((one.low + one.high) / 2), _y(one.accuracy) - 4, str(one.messages), "middle count")
        for one in bins
        if one.accuracy is not None
    ]
    return _svg(parts, named)


def _top(curve: Sequence[Point], budget: float | None) -> float:
    """The end of the scale: room for the budget and for where the curve ends."""
    needed = max(2 * (budget or 0), curve[-1].wrong_share * 1.2 if curve else 0)
    return next((top for top in TOPS if top >= needed), 1.0)


def _frame(top: float, across: str, upwards: str) -> str:
    parts = []
    for step in range(5):
        share = step / 4
        parts.append(f'<path class="grid" d="M{LEFT} {_y(share)}H{WIDTH - RIGHT}"/>')
        parts.append(_text(LEFT - 6, _y(share) + 4, f"{share * top * 100:.3g} %", "end"))
        parts.append(_text(_x(share), HEIGHT - BOTTOM + 16, f"{share * 100:.0f} %", "middle" if step < 4 else "end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, across, "middle"))
    parts.append(_text(0, 11, upwards, "start"))
    return "".join(parts)


def _bar(one: Bin) -> str:
    x, y = _x(one.low) + 1, _y(one.accuracy or 0)
    told = (
        f"{percent(one.low)} to {percent(one.high)} sure: {one.messages} messages, "
        f"on average {percent(one.confidence)} sure, {percent(one.accuracy)} read rightly"
    )
    width, height = round(_x(one.high) - x - 1, 1), round(_y(0) - y, 1)
    return f'<rect class="bar" x="{x}" y="{y}" width="{width}" height="{height}"><title>{told}</title></rect>'


def _dot(point: Point, top: float, kind: str, radius: float) -> str:
    told = f"from {point.threshold:.3f} on: coverage {percent(point.coverage)}, wrong {percent(point.wrong_share)}"
    where = f'cx="{_x(point.coverage)}" cy="{_y(min(point.wrong_share / top, 1))}" r="{radius}"'
    return f'<circle class="{kind}" {where}><title>{told}</title></circle>'


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{words}</text>'


def _svg(parts: Sequence[str], named: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{named}">{"".join(parts)}</svg>'


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

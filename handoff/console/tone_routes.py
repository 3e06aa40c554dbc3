"""What the route of the tone check does. Nothing of what is written is stored or logged."""

from handoff.console import tone_schemas
from handoff.console.routes import Call, Console, Route
from handoff.roles import Permission
from handoff.tone import Finding
from handoff.values import Language

GRAVE = frozenset({"blame", "refusal", "command", "promise"})
"""What may hurt, or cost, stands before what is only unlike us: agents see one at a time."""


async def check_tone(console: Console, call: Call) -> tone_schemas.ToneFindings:
    """What would better be said otherwise in words that are being written."""
    body = call.body
    assert isinstance(body, tone_schemas.ToneCheck)
    found = console.tone.judge(body.text, body.reader)
    gravest_first = sorted(found, key=lambda finding: finding.kind not in GRAVE)
    return tone_schemas.ToneFindings(items=[_finding(body.text, finding, body.writer) for finding in gravest_first])


def _finding(text: str, finding: Finding, writer: Language) -> tone_schemas.ToneFinding:
    return tone_schemas.ToneFinding(
        kind=finding.kind,
        start=_units(text[: finding.start]),
        end=_units(text[: finding.end]),
        words=text[finding.start : finding.end],
        why=finding.why[writer],
        say=finding.say,
        hint=finding.hint,
    )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


ROUTES: tuple[Route, ...] = (
    Route("POST", "/tone", check_tone, tone_schemas.ToneFindings, tone_schemas.ToneCheck, may=Permission.WORK),
)

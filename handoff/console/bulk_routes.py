"""One step on many conversations, each told what became of it."""

import logging
from functools import partial

from handoff.console import bulk_schemas
from handoff.console.bulk_schemas import Bulk, Chosen, Outcome, Outcomes
from handoff.console.routes import Call, Console, Route, code_of
from handoff.desk import bulk
from handoff.errors import AlreadyAssigned, DatabaseTrouble, DeskError
from handoff.roles import Permission, permissions
from handoff.values import Priority

log = logging.getLogger("baton.console")


async def bulk_step(console: Console, call: Call) -> Outcomes:
    """Each conversation is its own transaction: one that is refused stops no other."""
    body = call.body
    assert isinstance(body, Bulk)
    step = _step(body, anybodys=Permission.ASSIGN in permissions(call.agent.role))
    chosen = {item.id: item for item in body.items}
    outcomes: list[Outcome] = []
    for item in chosen.values():
        outcomes.append(await _outcome(console, call, step, item))
        if outcomes[-1].code == "unavailable":
            break
    left = [Outcome(id=number, code="unavailable") for number in [*chosen][len(outcomes) :]]
    return Outcomes(items=[*outcomes, *left])


async def _outcome(console: Console, call: Call, step: bulk.Step, item: Chosen) -> Outcome:
    verb = partial(bulk.take, sla=console.sla)
    try:
        await console.database.write(verb, step, item.id, call.agent.id, item.seen_seq, console.clock.now())
    except DatabaseTrouble:
        return Outcome(id=item.id, code="unavailable")
    except DeskError as error:
        by = error.by if isinstance(error, AlreadyAssigned) else None
        return Outcome(id=item.id, code=code_of(error)[1], by=by)
    except Exception:
        # What became of the others must be told, whatever this one met.
        log.exception("step_broke conversation=%d", item.id)
        return Outcome(id=item.id, code="unavailable")
    return Outcome(id=item.id, code=None)


def _step(body: Bulk, *, anybodys: bool) -> bulk.Step:
    match body.step:
        case bulk_schemas.PlainStep(do="claim"):
            return bulk.Claim()
        case bulk_schemas.PlainStep(do="resolve"):
            return bulk.Resolve()
        case bulk_schemas.PlainStep():
            return bulk.Reopen()
        case bulk_schemas.SnoozeStep(until=until):
            return bulk.Snooze(until)
        case bulk_schemas.TransferStep(agent_id=agent_id, team_id=team_id, note=note):
            return bulk.Transfer(agent_id, team_id, note, anybodys)
        case bulk_schemas.PriorityStep(priority=priority):
            return bulk.Prioritise(Priority(priority))
        case bulk_schemas.TagStep(tag=tag):
            return bulk.AddTag(tag)


ROUTES: tuple[Route, ...] = (Route("POST", "/conversations/bulk", bulk_step, Outcomes, Bulk, may=Permission.WORK),)

"""What the routes of teams do. Everybody may read them: to pass on and to filter; leads and admins change them."""

from handoff.console import hours_schemas, team_schemas, views
from handoff.console.routes import Call, Console, Route
from handoff.desk import teams
from handoff.desk.teams import SeatView, TeamView
from handoff.desk.timetable import as_written
from handoff.roles import Permission


async def list_teams(console: Console, _call: Call) -> team_schemas.Teams:
    return views.teams(await console.database.read(teams.arrangement), as_written(console.figure_page.hours))


async def add_team(console: Console, call: Call) -> team_schemas.Team:
    return await _put_team(console, call, 0)


async def change_team(console: Console, call: Call) -> team_schemas.Team:
    return await _put_team(console, call, int(call.request.match_info["team"]))


async def change_seat(console: Console, call: Call) -> team_schemas.Seat:
    body = call.body
    assert isinstance(body, team_schemas.SeatDraft)
    agent_id = int(call.request.match_info["agent"])
    wanted = SeatView(agent_id, "", tuple(body.languages), tuple(body.skills), body.capacity)
    return views.seat(await console.database.write(teams.put_seat, wanted, console.clock.now(), by=call.agent.id))


async def _put_team(console: Console, call: Call, team_id: int) -> team_schemas.Team:
    body = call.body
    assert isinstance(body, team_schemas.TeamDraft)
    wanted = TeamView(
        id=team_id,
        key=body.key,
        names={str(language): name for language, name in body.names.items()},
        reasons=tuple(body.reasons),
        intents=tuple(body.intents),
        languages=tuple(body.languages),
        members=tuple(body.members),
        automatic=body.automatic,
        fallback=body.fallback,
        active=body.active,
        hours=hours_schemas.hours(body.hours) if body.hours else None,
    )
    return views.team(await console.database.write(teams.put, wanted, console.clock.now(), by=call.agent.id))


READ, ASSIGN = Permission.READ, Permission.ASSIGN

ROUTES: tuple[Route, ...] = (
    Route("GET", "/teams", list_teams, team_schemas.Teams, may=READ),
    Route("POST", "/teams", add_team, team_schemas.Team, team_schemas.TeamDraft, may=ASSIGN),
    Route("PUT", r"/teams/{team:\d{1,9}}", change_team, team_schemas.Team, team_schemas.TeamDraft, may=ASSIGN),
    Route("PUT", r"/seats/{agent:\d{1,9}}", change_seat, team_schemas.Seat, team_schemas.SeatDraft, may=ASSIGN),
)

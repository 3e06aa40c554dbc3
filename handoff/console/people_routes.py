"""Routes about people: an admin's page, invitations, one's own password."""

from aiohttp import web

from handoff.console import people_schemas, schemas, views
from handoff.console.routes import ANYBODY, Call, Console, Route, signed_in
from handoff.desk import guesses, people, staff
from handoff.desk.people import INVITATION_LIFETIME
from handoff.errors import NotFound, WrongPassword
from handoff.roles import Permission


async def list_people(console: Console, call: Call) -> people_schemas.Members:
    return views.members(await console.database.read(staff.members, console.clock.now()))


async def invite(console: Console, call: Call) -> people_schemas.Invitation:
    body = call.body
    assert isinstance(body, people_schemas.Newcomer)
    now, by = console.clock.now(), call.agent.id
    person, code = await console.database.write(people.invite, body.email, body.name, body.role, now, by=by)
    return await _invitation(console, person.id, code)


async def change_person(console: Console, call: Call) -> people_schemas.Member:
    body = call.body
    assert isinstance(body, people_schemas.MemberChange)
    now = console.clock.now()
    await console.database.write(staff.change, _whom(call), body.name, body.role, call.agent.id, now)
    return await _member(console, _whom(call))


async def deactivate(console: Console, call: Call) -> people_schemas.Member:
    await console.database.write(staff.deactivate, _whom(call), call.agent.id, console.clock.now())
    return await _member(console, _whom(call))


async def reactivate(console: Console, call: Call) -> people_schemas.Member:
    await console.database.write(staff.reactivate, _whom(call), call.agent.id, console.clock.now())
    return await _member(console, _whom(call))


async def renew_invitation(console: Console, call: Call) -> people_schemas.Invitation:
    """A new link by which they choose a password and sign in; the one before stops working."""
    now, by = console.clock.now(), call.agent.id
    code = await console.database.write(people.issue_invitation, _whom(call), now, by=by)
    return await _invitation(console, _whom(call), code)


async def end_sessions(console: Console, call: Call) -> people_schemas.Member:
    await console.database.write(staff.end_sessions, _whom(call), call.agent.id, console.clock.now())
    return await _member(console, _whom(call))


async def lift_lock(console: Console, call: Call) -> people_schemas.Member:
    await console.database.write(guesses.lift, _whom(call), call.agent.id, console.clock.now())
    return await _member(console, _whom(call))


async def read_invitation(console: Console, call: Call) -> people_schemas.Invited:
    """Whom it is for. The code is in the body: addresses are written into logs."""
    body = call.body
    assert isinstance(body, schemas.LinkSignIn)
    person = await console.database.read(people.invited, body.code, console.clock.now())
    if person is None:
        raise NotFound("this invitation")
    return people_schemas.Invited(name=person.name, email=person.email)


async def accept_invitation(console: Console, call: Call) -> web.StreamResponse:
    body = call.body
    assert isinstance(body, people_schemas.Acceptance)
    if await console.database.read(people.invited, body.code, console.clock.now()) is None:
        raise NotFound("this invitation")  # before the costly part
    password_hash = await console.limit.hashed(body.password)
    entered = await console.database.write(people.accept_invitation, body.code, password_hash, console.clock.now())
    if entered is None:
        raise NotFound("this invitation")
    return signed_in(call.request, *entered)


async def change_password(console: Console, call: Call) -> schemas.Me:
    """One's own. Wrong tries count like those at the door: somebody may have found an open console."""
    body, email = call.body, call.agent.email
    assert isinstance(body, people_schemas.PasswordChange)
    if call.agent.has_password:
        await console.database.write(guesses.begin_try, email, console.clock.now())
        _, old_hash = await console.database.read(people.password_hash_of, email)
        if not await console.limit.verify(old_hash, body.old):
            await console.database.write(guesses.note_failure, email, console.clock.now())
            raise WrongPassword("the old password is not right")
    new_hash = await console.limit.hashed(body.new)
    await console.database.write(people.change_password, call.agent.id, new_hash, call.secret, console.clock.now())
    return views.me(await console.database.read(people.get_person, call.agent.id))


READ, PEOPLE = Permission.READ, Permission.PEOPLE

ROUTES: tuple[Route, ...] = (
    Route("GET", "/people", list_people, people_schemas.Members, may=PEOPLE),
    Route("POST", "/people", invite, people_schemas.Invitation, people_schemas.Newcomer, may=PEOPLE),
    Route(
        "PUT",
        r"/people/{person:\d{1,15}}",
        change_person,
        people_schemas.Member,
        people_schemas.MemberChange,
        may=PEOPLE,
    ),
    Route("POST", r"/people/{person:\d{1,15}}/deactivate", deactivate, people_schemas.Member, may=PEOPLE),
    Route("POST", r"/people/{person:\d{1,15}}/reactivate", reactivate, people_schemas.Member, may=PEOPLE),
    Route("POST", r"/people/{person:\d{1,15}}/invitation", renew_invitation, people_schemas.Invitation, may=PEOPLE),
    Route("DELETE", r"/people/{person:\d{1,15}}/sessions", end_sessions, people_schemas.Member, may=PEOPLE),
    Route("DELETE", r"/people/{person:\d{1,15}}/lock", lift_lock, people_schemas.Member, may=PEOPLE),
    Route("POST", "/invitation", read_invitation, people_schemas.Invited, schemas.LinkSignIn, may=ANYBODY),
    Route("POST", "/session/invitation", accept_invitation, schemas.Me, people_schemas.Acceptance, may=ANYBODY),
    Route("PUT", "/password", change_password, schemas.Me, people_schemas.PasswordChange, may=READ),
)


def _whom(call: Call) -> int:
    return int(call.request.match_info["person"])


async def _member(console: Console, agent_id: int) -> people_schemas.Member:
    return views.member(await console.database.read(staff.member, agent_id, console.clock.now()))


async def _invitation(console: Console, agent_id: int, code: str) -> people_schemas.Invitation:
    """The link, and by letter too where there is a mailbox."""
    expires_at = console.clock.now() + INVITATION_LIFETIME
    member = await _member(console, agent_id)
    sent = await console.invitations.send(member.email, member.name, code)
    return people_schemas.Invitation(member=member, code=code, expires_at=expires_at, sent=sent)

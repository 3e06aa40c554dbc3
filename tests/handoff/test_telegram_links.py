"""An agent's account on Telegram: linked by a code that is good once, for a while, to somebody who works here."""

from datetime import timedelta

import pytest

from handoff import audit
from handoff.audit import Deed, Wanted
from handoff.db import Database
from handoff.desk import people, presence, staff, telegram_links
from handoff.desk.telegram_links import CODE_LIFETIME, STAYS
from tests import builders as a
from tests.fakes import MovedClock


async def test_a_code_is_good_once_and_for_a_quarter_of_an_hour(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    first, _ = await database.write(telegram_links.issue_code, mei, clock.now())
    code, until = await database.write(telegram_links.issue_code, mei, clock.now())
    assert until - clock.now() == CODE_LIFETIME
    assert await database.write(telegram_links.link, first, 900, clock.now()) is None, "a newer one was asked for"
    linked = await database.write(telegram_links.link, f" {code.lower()} ", 900, clock.now())
    assert linked is not None and (linked.agent_id, linked.name) == (mei, "Mei")
    assert await database.write(telegram_links.link, code, 901, clock.now()) is None, "used"
    late, _ = await database.write(telegram_links.issue_code, mei, clock.now())
    clock.move(CODE_LIFETIME.total_seconds())
    assert await database.write(telegram_links.link, late, 901, clock.now()) is None, "too old"
    assert await database.read(telegram_links.who, 901) is None


async def test_an_account_is_one_agents_and_an_agent_has_one_account(database: Database, clock: MovedClock) -> None:
    mei, bo = await database.write(a.agent, clock.now()), await database.write(a.agent, clock.now(), "Bo")
    for agent, account in ((mei, 900), (bo, 900), (bo, 901)):
        code, _ = await database.write(telegram_links.issue_code, agent, clock.now())
        assert await database.write(telegram_links.link, code, account, clock.now())
    assert await database.read(telegram_links.who, 900) is None
    assert await database.read(telegram_links.linked_at, mei) is None
    found = await database.read(telegram_links.who, 901)
    assert found is not None and found.agent_id == bo


@pytest.mark.parametrize("way", ["unlinked", "taken off", "no longer working"])
async def test_who_does_not_work_here_any_more_can_do_nothing(database: Database, clock: MovedClock, way: str) -> None:
    boss = (await database.write(people.add_agent, "boss@shop.example", "Boss", "admin", clock.now())).id
    mei = await database.write(a.agent, clock.now())
    code, _ = await database.write(telegram_links.issue_code, mei, clock.now())
    await database.write(telegram_links.link, code, 900, clock.now())
    open_code, _ = await database.write(telegram_links.issue_code, mei, clock.now())
    match way:
        case "unlinked":
            await database.write(telegram_links.unlink, mei, clock.now())
        case "taken off":
            await database.write(staff.deactivate, mei, boss, clock.now())
        case _:
            await database.write(staff.change, mei, None, "maintainer", boss, clock.now())
    assert await database.read(telegram_links.who, 900) is None
    assert await database.write(telegram_links.link, open_code, 902, clock.now()) is None


@pytest.mark.parametrize("way", ["signed out", "taken off and back"])
async def test_who_was_put_out_has_to_link_their_account_again(database: Database, clock: MovedClock, way: str) -> None:
    boss = (await database.write(people.add_agent, "boss@shop.example", "Boss", "admin", clock.now())).id
    mei = await database.write(a.agent, clock.now())
    code, _ = await database.write(telegram_links.issue_code, mei, clock.now())
    await database.write(telegram_links.link, code, 900, clock.now())
    if way == "signed out":
        await database.write(staff.end_sessions, mei, boss, clock.now())
    else:
        await database.write(staff.deactivate, mei, boss, clock.now())
        await database.write(staff.reactivate, mei, boss, clock.now())
    assert await database.read(telegram_links.who, 900) is None
    [entry] = await database.read(audit.entries, Wanted(frozenset({Deed.TELEGRAM_UNLINKED})))
    assert entry.actor_id == boss


async def test_linking_is_written_down(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    code, _ = await database.write(telegram_links.issue_code, mei, clock.now())
    await database.write(telegram_links.link, code, 900, clock.now())
    await database.write(telegram_links.unlink, mei, clock.now())
    await database.write(telegram_links.unlink, mei, clock.now())
    wanted = Wanted(frozenset({Deed.TELEGRAM_LINKED, Deed.TELEGRAM_UNLINKED}))
    found = await database.read(audit.entries, wanted)
    assert [(entry.deed, entry.actor_id) for entry in found] == [
        (Deed.TELEGRAM_UNLINKED, mei),
        (Deed.TELEGRAM_LINKED, mei),
    ]


async def test_who_was_heard_of_on_telegram_is_there_for_a_while(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    code, _ = await database.write(telegram_links.issue_code, mei, clock.now())
    await database.write(telegram_links.link, code, 900, clock.now())
    assert await database.read(presence.count_online, clock.now()) == 0
    await database.write(telegram_links.heard_of, mei, clock.now())
    clock.move((STAYS - timedelta(seconds=1)).total_seconds())
    assert await database.read(presence.count_online, clock.now()) == 0, "nobody has looked yet"
    await database.write(telegram_links.keep_present, clock.now())
    assert await database.read(presence.count_online, clock.now()) == 1
    clock.move(STAYS.total_seconds())
    await database.write(telegram_links.keep_present, clock.now())
    assert await database.read(presence.count_online, clock.now()) == 0

"""Who may come in: tokens, the shop's signed word, and links of ours. Forged, expired and stolen ones among them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
import pytest

from bot.channels.entrance import LINK_LIFETIME, Entered, Entrance
from bot.channels.frames import Hello
from bot.channels.visitors import hashed
from handoff import desk, inbox
from handoff.db import Database
from handoff.inbox import ContactView
from tests import builders as a
from tests.fakes import MovedClock

SECRET, KEY = "the shop's own secret, 32 characters", "k" * 40


@dataclass
class Door:
    """The entrance of a shop that vouches for its customers."""

    database: Database
    clock: MovedClock
    entrance: Entrance

    async def comes(
        self, token: str | None = None, *, identity: str | None = None, resume: str | None = None
    ) -> Entered:
        hello = Hello(type="hello", v=1, token=token, identity=identity, resume=resume)
        return await self.entrance.enter(hello, "en")

    def word(self, sub: str = "customer-7", secret: str = SECRET, *, minutes: float = 10, **claims: Any) -> str:
        until = self.clock.now() + timedelta(minutes=minutes)
        return jwt.encode({"sub": sub, "exp": until, **claims}, secret, algorithm="HS256")

    async def writes(self, entered: Entered, text: str = "hello") -> int:
        message = a.inbound(text, contact=entered.key)
        return (await self.database.write(desk.record_inbound, message, self.clock.now())).conversation_id

    async def reads(self, entered: Entered) -> list[str]:
        found = await self.database.read(inbox.customer_view, "widget", entered.key)
        return [message.text for message in found[1]] if found else []

    async def contact(self, conversation: int) -> ContactView:
        return (await self.database.read(inbox.transcript, conversation)).contact


@pytest.fixture
def door(database: Database, clock: MovedClock) -> Door:
    return Door(database, clock, Entrance(database, clock, KEY, SECRET))


async def test_a_visitor_finds_their_own_chat_again_by_their_token(door: Door) -> None:
    first = await door.comes()
    await door.writes(first)
    assert await door.comes(first.token) == first
    assert first.key == hashed(first.token), "only a hash is ever stored"


async def test_a_token_that_nobody_used_for_ninety_days_opens_nothing(door: Door) -> None:
    first = await door.comes()
    await door.writes(first)
    door.clock.move(timedelta(days=90).total_seconds())
    assert await door.reads(await door.comes(first.token)) == []


async def test_logging_in_takes_the_chat_before_it_along_and_changes_the_token(door: Door) -> None:
    stranger = await door.comes()
    conversation = await door.writes(stranger, "before")
    customer = await door.comes(stranger.token, identity=door.word(name="Ann", email="ann@mail.example"))
    assert customer.token != stranger.token
    assert await door.reads(customer) == ["before"]
    told = await door.contact(conversation)
    assert (told.name, told.email, told.identified) == ("Ann", "ann@mail.example", True)


async def test_a_stolen_token_is_useless_without_the_login(door: Door) -> None:
    stranger = await door.comes()
    await door.writes(stranger, "before")
    customer = await door.comes(stranger.token, identity=door.word())
    for token in (stranger.token, customer.token):
        thief = await door.comes(token)
        assert await door.reads(thief) == []
        assert thief.token != customer.token


async def test_the_same_customer_finds_their_chat_on_another_device(door: Door) -> None:
    at_home = await door.comes(identity=door.word())
    await door.writes(at_home, "from home")
    assert await door.reads(await door.comes(identity=door.word())) == ["from home"]


async def test_reloading_the_page_keeps_the_token(door: Door) -> None:
    customer = await door.comes(identity=door.word())
    assert await door.comes(customer.token, identity=door.word()) == customer


async def test_somebody_else_on_the_same_computer_starts_afresh(door: Door) -> None:
    ann = await door.comes(identity=door.word("ann"))
    await door.writes(ann, "ann's secret")
    bo = await door.comes(ann.token, identity=door.word("bo"))
    assert await door.reads(bo) == []
    assert bo.token != ann.token
    assert await door.reads(await door.comes(identity=door.word("ann"))) == ["ann's secret"]


async def test_an_adopted_chat_is_adopted_once(door: Door) -> None:
    stranger = await door.comes()
    await door.writes(stranger, "before")
    await door.comes(stranger.token, identity=door.word("ann"))
    assert await door.reads(await door.comes(stranger.token, identity=door.word("bo"))) == []


@pytest.mark.parametrize(
    "forge",
    [
        lambda door: door.word(secret="somebody else's secret of 32 chars!"),
        lambda door: door.word(minutes=-1),
        lambda door: door.word(minutes=60 * 24 * 30),
        lambda door: jwt.encode({"sub": "ann"}, SECRET, algorithm="HS256"),
        lambda door: jwt.encode({"exp": door.clock.now() + timedelta(minutes=5)}, SECRET, algorithm="HS256"),
        lambda door: jwt.encode({"sub": "ann", "exp": door.clock.now() + timedelta(minutes=5)}, None, algorithm="none"),
        lambda door: door.word(sub="x" * 500),
        lambda door: door.word(nbf=door.clock.now() + timedelta(minutes=5)),
        lambda door: door.word() + "x",
        lambda door: "not.a.token",
        lambda door: "",
    ],
    ids=["forged", "expired", "too long", "no end", "no name", "unsigned", "huge", "not yet", "bent", "words", "empty"],
)
async def test_a_word_that_is_not_the_shops_leaves_the_visitor_a_stranger(door: Door, forge: Any) -> None:
    customer = await door.comes(identity=door.word("ann"))
    await door.writes(customer, "ann's secret")
    entered = await door.comes(customer.token, identity=forge(door))
    assert entered.refused
    assert await door.reads(entered) == []


async def test_a_stranger_whose_login_ran_out_keeps_the_chat_they_had_as_a_stranger(door: Door) -> None:
    stranger = await door.comes()
    await door.writes(stranger, "mine")
    entered = await door.comes(stranger.token, identity=door.word(minutes=-5))
    assert entered.refused
    assert await door.reads(entered) == ["mine"]


async def test_a_shop_without_a_secret_vouches_for_nobody(database: Database, clock: MovedClock) -> None:
    door = Door(database, clock, Entrance(database, clock, KEY, None))
    assert (await door.comes(identity=door.word())).refused


async def test_a_link_of_ours_opens_the_chat_on_another_device_and_the_first_goes_on(door: Door) -> None:
    at_home = await door.comes()
    conversation = await door.writes(at_home, "from home")
    link = door.entrance.resume_token((await door.contact(conversation)).id)
    on_the_road = await door.comes(resume=link)
    assert await door.reads(on_the_road) == ["from home"]
    await door.writes(await door.comes(on_the_road.token), "from the road")
    assert await door.reads(await door.comes(at_home.token)) == ["from home", "from the road"]


async def test_a_link_is_good_for_a_week_and_no_more(door: Door) -> None:
    stranger = await door.comes()
    link = door.entrance.resume_token((await door.contact(await door.writes(stranger))).id)
    door.clock.move(LINK_LIFETIME.total_seconds() + 1)
    assert await door.reads(await door.comes(resume=link)) == []
    assert await door.reads(await door.comes(resume=link[:-2] + "xx")) == []


async def test_a_link_does_not_open_what_needs_a_login(door: Door) -> None:
    customer = await door.comes(identity=door.word())
    link = door.entrance.resume_token((await door.contact(await door.writes(customer))).id)
    assert await door.reads(await door.comes(resume=link)) == []

"""Who may come in: tokens, the shop's signed word, and links of ours. Forged, expired and stolen ones among them."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from sqlalchemy import func, select

from bot.channels.entrance import LINK_LIFETIME, MAX_ALIASES, TOKEN_LIFETIME, Entered, Entrance
from bot.channels.frames import Hello
from bot.channels.visitors import ALIAS_LIFETIME, hashed
from handoff import desk, inbox
from handoff.db import Database
from handoff.desk import contacts
from handoff.inbox import ContactView
from handoff.models import Delivery, VisitorAlias
from handoff.values import ADDRESS_FIELD, ADDRESS_FORM, Activity, Filled
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

    async def leaves_address(self, entered: Entered, address: str) -> ContactView:
        """In the form that asks where to write to."""
        filled = Filled(ADDRESS_FORM, {ADDRESS_FIELD: address}, address)
        message = a.inbound(content=filled, contact=entered.key)
        return await self.contact(
            (await self.database.write(desk.record_inbound, message, self.clock.now())).conversation_id
        )

    async def link_to_telegram(self, entered: Entered) -> str:
        return await self.database.write(contacts.make_link, "widget", entered.key, "en", self.clock.now())

    async def follows(self, link: str, telegram: str) -> None:
        await self.database.write(contacts.follow_link, link, "telegram", telegram, self.clock.now())

    async def link(self, conversation: int) -> str:
        return self.entrance.resume_token((await self.contact(conversation)).id)

    async def further_tokens(self) -> int:
        return await self.database.read(lambda db: db.scalar(select(func.count()).select_from(VisitorAlias)) or 0)

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


async def test_a_login_never_takes_a_chat_along_that_a_link_led_to(door: Door) -> None:
    attacker = await door.comes()
    conversation = await door.writes(attacker, "the attacker's words")
    lured = await door.comes(resume=await door.link(conversation))
    customer = await door.comes(lured.token, identity=door.word(name="Ann", email="ann@mail.example"))
    assert await door.reads(customer) == []
    assert await door.reads(await door.comes(attacker.token)) == ["the attacker's words"]
    told = await door.contact(conversation)
    assert (told.email, told.identified) == (None, False)


async def test_a_first_login_ends_every_other_way_into_the_chat(door: Door) -> None:
    stranger = await door.comes()
    conversation = await door.writes(stranger, "before")
    await door.leaves_address(stranger, "somebody@else.example")
    elsewhere = await door.comes(resume=await door.link(conversation))
    customer = await door.comes(stranger.token, identity=door.word())
    assert "before" in await door.reads(customer)
    assert (await door.contact(conversation)).email is None, "only the shop's word counts"
    assert await door.further_tokens() == 1
    for token in (stranger.token, elsewhere.token):
        assert await door.reads(await door.comes(token)) == []


async def test_who_took_a_chat_along_to_telegram_reads_nothing_of_the_customer_who_logs_in(door: Door) -> None:
    stranger = await door.comes()
    conversation = await door.writes(stranger)
    links = [await door.link_to_telegram(stranger) for _ in range(2)]
    await door.follows(links[0], "77")
    customer = await door.comes(stranger.token, identity=door.word())
    assert (await door.database.read(contacts.who, "telegram", "77")).key == "77"
    with pytest.raises(contacts.LinkOver):
        await door.follows(links[1], "78")
    mei = await door.database.write(a.agent, door.clock.now())
    await door.database.write(desk.claim, conversation, mei, door.clock.now())
    await door.database.write(desk.agent_reply, conversation, mei, "r1", "only for Ann", door.clock.now())
    assert "only for Ann" in await door.reads(customer)
    assert await door.database.read(lambda db: list(db.scalars(select(Delivery.destination)))) == []


async def test_a_login_does_not_take_along_what_was_left_for_ninety_days(door: Door) -> None:
    stranger = await door.comes()
    await door.writes(stranger, "long ago")
    door.clock.move(TOKEN_LIFETIME.total_seconds())
    assert await door.reads(await door.comes(stranger.token, identity=door.word())) == []


async def test_a_token_that_needs_a_login_is_not_written_over_by_a_page_without_one(door: Door) -> None:
    customer = await door.comes(identity=door.word())
    assert customer.keep
    for identity in (None, door.word(minutes=-5)):
        page = await door.comes(customer.token, identity=identity)
        assert not page.keep
        assert (await door.comes(page.token)) == Entered(page.token, page.key), "it goes on with its own"


async def test_pages_with_and_without_a_login_make_one_further_token_between_them(door: Door) -> None:
    kept = (await door.comes()).token
    for _ in range(5):
        kept = (await door.comes(kept, identity=door.word())).token
        kept = (await door.comes(kept)).token
    assert await door.further_tokens() == 1


async def test_a_page_that_keeps_no_token_makes_one_a_day(door: Door) -> None:
    first, second = [await door.comes(identity=door.word()) for _ in range(2)]
    assert first == second
    assert await door.further_tokens() == 1
    assert (await door.comes(identity=door.word("bo"))).token != first.token
    door.clock.move(timedelta(days=1).total_seconds())
    assert (await door.comes(identity=door.word())).token != first.token
    assert (await door.comes(first.token, identity=door.word())).token == first.token


async def test_a_link_opened_again_and_again_leaves_few_tokens_and_the_newest_works(door: Door) -> None:
    conversation = await door.writes(await door.comes(), "mine")
    link = await door.link(conversation)
    for _ in range(MAX_ALIASES + 5):
        door.clock.move(1)
        newest = await door.comes(resume=link)
    assert await door.further_tokens() == MAX_ALIASES
    assert await door.reads(await door.comes(newest.token)) == ["mine"]
    assert await door.comes(newest.token, resume=link) == newest


async def test_a_further_token_ends_and_is_forgotten(door: Door) -> None:
    conversation = await door.writes(await door.comes(), "mine")
    by_link = await door.comes(resume=await door.link(conversation))
    door.clock.move(ALIAS_LIFETIME.total_seconds() - 1)
    assert await door.reads(await door.comes(by_link.token)) == ["mine"]
    door.clock.move(1)
    assert await door.reads(await door.comes(by_link.token)) == []
    await door.comes(identity=door.word())
    assert await door.further_tokens() == 1


async def test_a_new_link_keeps_the_token_it_finds_alive(door: Door) -> None:
    conversation = await door.writes(await door.comes(), "mine")
    by_link = await door.comes(resume=await door.link(conversation))
    for _ in range(2):
        door.clock.move(ALIAS_LIFETIME.total_seconds() - 1)
        assert await door.comes(by_link.token, resume=await door.link(conversation)) == by_link
    assert await door.reads(by_link) == ["mine"]


async def test_an_address_is_asked_of_a_customer_until_the_shop_names_one(door: Door) -> None:
    customer = await door.comes(identity=door.word())
    assert (await door.leaves_address(customer, "ann@mail.example")).email == "ann@mail.example"
    assert (await door.leaves_address(customer, "ann@work.example")).email == "ann@work.example"
    await door.comes(customer.token, identity=door.word(email="ann@shop.example"))
    assert (await door.leaves_address(customer, "ann@mail.example")).email == "ann@shop.example"


async def test_an_address_that_was_left_is_confirmed_where_it_was_asked(door: Door) -> None:
    customer = await door.comes()
    await door.leaves_address(customer, "ann@mail.example")
    found = await door.database.read(inbox.customer_view, "widget", customer.key)
    assert found and [message.activity for message in found[1]] == [None, Activity.ADDRESS_LEFT]
    assert found[0].last_incoming_seq == 1, "nobody has to answer that line"


async def test_a_login_without_an_address_leaves_the_one_the_customer_gave(door: Door) -> None:
    customer = await door.comes(identity=door.word())
    await door.leaves_address(customer, "ann@mail.example")
    await door.comes(customer.token, identity=door.word())
    assert (await door.contact(await door.writes(customer))).email == "ann@mail.example"


async def test_what_the_shop_calls_an_address_must_be_one(door: Door) -> None:
    customer = await door.comes(identity=door.word(email="ann@shop.example,boss@shop.example"))
    assert (await door.contact(await door.writes(customer))).email is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_word_that_is_junk_costs_no_write(door: Door, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "baton.db")) as busy:
        busy.execute("BEGIN IMMEDIATE")
        assert (await door.comes(identity="junk")).refused

"""How was it? Asked once, of whom it is fitting to ask, about whom it was; and what the customer says is kept."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from handoff import desk, inbox, ratings
from handoff.db import Database
from handoff.errors import OldButton
from handoff.satisfaction import CHANGED_WITHIN, GIVEN_WITHIN, is_open, may_ask
from handoff.states import Status
from handoff.values import (
    RATE,
    RATING_FIELD,
    RATING_FORM,
    Action,
    Activity,
    Filled,
    InboundMessage,
    MessageView,
    RatingView,
    Reason,
)
from tests import builders as a
from tests.fakes import MovedClock

DAY_S = 86_400


@pytest.mark.parametrize(
    ("episode", "asked_before", "reasons", "fitting"),
    [
        (1, None, [], True),
        (1, None, [Reason.COMPLAINT], True),
        (1, None, [Reason.SAFETY], False),
        (2, None, [Reason.LOW_CONFIDENCE, Reason.DISTRESS], False),
        (2, 1, [], False),
        (3, 1, [], True),
    ],
)
def test_who_is_asked(episode: int, asked_before: int | None, reasons: list[str], fitting: bool) -> None:
    assert may_ask(episode, asked_before, reasons) is fitting


def test_a_score_may_be_given_for_a_week_and_changed_for_a_day(clock: MovedClock) -> None:
    asked, given = clock.now(), clock.now() + timedelta(days=3)
    second = timedelta(seconds=1)
    assert is_open(asked, None, asked + GIVEN_WITHIN) and not is_open(asked, None, asked + GIVEN_WITHIN + second)
    assert is_open(asked, given, given + CHANGED_WITHIN) and not is_open(asked, given, given + CHANGED_WITHIN + second)


def star(score: int, episode: int = 1, contact: str = "visitor-1") -> InboundMessage:
    return a.inbound(contact=contact, content=Action(RATE, str(score), episode=episode))


def words(text: str, episode: int = 1) -> InboundMessage:
    return a.inbound(content=Filled(RATING_FORM, {RATING_FIELD: text}, text, episode))


async def resolved(
    database: Database, clock: MovedClock, agent: int, reason: Reason = Reason.CUSTOMER_REQUEST, text: str = "help"
) -> int:
    """A person was called, came, answered and closed."""
    conversation = (await database.write(a.write, clock.now(), text)).conversation_id
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, conversation), reason)
    await database.write(desk.claim, conversation, agent, clock.now())
    await database.write(desk.agent_reply, conversation, agent, f"r{text}{clock.now()}", "here you are", clock.now())
    await close(database, clock, conversation, agent)
    return conversation


async def close(database: Database, clock: MovedClock, conversation: int, agent: int) -> None:
    seen = (await database.read(inbox.conversation_view, conversation)).last_seq
    await database.write(desk.resolve, conversation, agent, seen, clock.now())


async def offered(database: Database, clock: MovedClock, conversation: int) -> RatingView | None:
    def read(session: Session) -> RatingView | None:
        return ratings.offered(session, inbox.conversation_view(session, conversation), clock.now())

    return await database.read(read)


async def told(database: Database, conversation: int) -> list[MessageView]:
    found = await database.read(inbox.transcript, conversation)
    return [message for message in found.messages if message.activity is Activity.RATED]


@pytest.fixture
async def mei(database: Database, clock: MovedClock) -> int:
    return await database.write(a.agent, clock.now())


async def test_after_an_agent_has_resolved_it_the_customer_is_asked_about_them(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await resolved(database, clock, mei)
    asked = await offered(database, clock, conversation)
    assert asked is not None and (asked.by, asked.agent_name, asked.score) == ("agent", "Mei", None)


async def test_a_star_is_kept_told_to_agents_alone_and_reopens_nothing(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await resolved(database, clock, mei)
    await database.write(desk.rate, star(4), clock.now())
    found = await database.read(inbox.transcript, conversation)
    assert found.rating is not None and (found.rating.score, found.rating.by) == (4, "agent")
    assert found.conversation.status is Status.RESOLVED and found.conversation.waiting_since is None
    assert [message.detail for message in await told(database, conversation)] == ["4"]
    seen = await database.read(inbox.customer_view, "widget", "visitor-1")
    assert seen is not None and Activity.RATED not in {message.activity for message in seen[1]}


async def test_another_star_and_words_within_a_day_replace_what_was_said(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await resolved(database, clock, mei)
    await database.write(desk.rate, star(2), clock.now())
    before = (await told(database, conversation))[0].rev
    clock.move(DAY_S - 1)
    await database.write(desk.rate, star(5), clock.now())
    await database.write(desk.rate, words("Quick and kind"), clock.now())
    [line] = await told(database, conversation)
    assert line.detail == "5 Quick and kind" and line.rev > before
    clock.move(2)
    with pytest.raises(OldButton):
        await database.write(desk.rate, star(1), clock.now())


async def test_a_score_given_twice_is_one(database: Database, clock: MovedClock, mei: int) -> None:
    conversation = await resolved(database, clock, mei)
    first, again = [await database.write(desk.rate, star(3), clock.now()) for _ in range(2)]
    assert first.seq == again.seq and len(await told(database, conversation)) == 1


async def test_thanks_after_the_end_leave_the_question_open(database: Database, clock: MovedClock, mei: int) -> None:
    conversation = await resolved(database, clock, mei)
    await database.write(a.write, clock.now(), "thank you!")
    assert await offered(database, clock, conversation) is not None
    await database.write(desk.rate, star(5), clock.now())
    given = await database.read(ratings.given, conversation)
    assert given is not None and (given.episode, given.score) == (1, 5)


async def test_nobody_is_asked_twice_in_a_row(database: Database, clock: MovedClock, mei: int) -> None:
    conversation = await resolved(database, clock, mei)
    await resolved(database, clock, mei, text="one more thing")
    asked = await offered(database, clock, conversation)
    assert asked is not None and asked.episode == 1
    await resolved(database, clock, mei, text="and a third")
    asked = await offered(database, clock, conversation)
    assert asked is not None and asked.episode == 3


@pytest.mark.parametrize("reason", [Reason.SAFETY, Reason.DISTRESS])
async def test_who_was_in_danger_or_in_need_is_not_asked(
    database: Database, clock: MovedClock, mei: int, reason: Reason
) -> None:
    conversation = await resolved(database, clock, mei, reason)
    assert await offered(database, clock, conversation) is None
    with pytest.raises(OldButton):
        await database.write(desk.rate, star(1), clock.now())
    await resolved(database, clock, mei, text="the bill")
    assert await offered(database, clock, conversation) is None, "the next episode is too soon as well"


async def test_an_agent_who_takes_it_up_again_takes_the_question_back(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await resolved(database, clock, mei)
    await database.write(desk.reopen, conversation, mei, clock.now())
    assert await offered(database, clock, conversation) is None
    await close(database, clock, conversation, mei)
    assert await offered(database, clock, conversation) is not None


async def test_a_strangers_star_and_one_of_another_episode_count_for_nothing(
    database: Database, clock: MovedClock, mei: int
) -> None:
    await resolved(database, clock, mei)
    for wrong in (star(1, contact="stranger"), star(1, episode=7), words("no star yet")):
        with pytest.raises(OldButton):
            await database.write(desk.rate, wrong, clock.now())


async def test_the_bot_is_rated_apart(database: Database, clock: MovedClock) -> None:
    conversation = (await database.write(a.write, clock.now())).conversation_id
    fence = await database.read(a.fence, conversation)

    def glad(session: Session) -> None:
        desk.reply(session, fence, a.words(), clock.now(), decision={}, memory={}, language="en", asks_rating=True)

    await database.write(glad)
    await database.write(desk.rate, star(3), clock.now())
    given = await database.read(ratings.given, conversation)
    assert given is not None and (given.by, given.agent_name, given.score) == ("bot", None, 3)

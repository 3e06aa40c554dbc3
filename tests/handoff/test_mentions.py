"""Colleagues called by name in notes."""

import uuid
from datetime import timedelta

import pytest

from handoff import desk, events, inbox, mentions
from handoff.assignment import Rules
from handoff.db import Database
from handoff.desk import mentions as called
from handoff.desk import staff
from handoff.mentioning import retold, standing
from handoff.values import Mention
from tests.fakes import MovedClock
from tests.handoff.shops import Shop

JUN, LIN, MEI, YA = Mention(1, "Jun"), Mention(2, "Jun Lin"), Mention(3, "小美"), Mention(4, "Élodie O'Neil (VIP)*")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Jun please look", (JUN,)),
        ("please look @Jun", (JUN,)),
        ("(@Jun)", (JUN,)),
        ("@Jun Lin please look", (LIN,)),
        ("@Jun Lin and @Jun", (JUN, LIN)),
        ("請@小美看一下", (MEI,)),
        ("@小美，麻煩你", (MEI,)),
        ("@Jun請看", (JUN,)),
        ("＠小美 你看", (MEI,)),
        ("ask @Élodie O'Neil (VIP)*.", (YA,)),
        ("@June is a month", ()),
        ("write to lin@Jun.example", ()),
        ("Jun has it", ()),
        ("@jun", ()),
        ("", ()),
    ],
)
def test_a_name_is_called_behind_an_at_and_whole(text: str, who: tuple[Mention, ...]) -> None:
    assert standing(text, (JUN, LIN, MEI, YA)) == who


@pytest.mark.parametrize(
    ("text", "meant", "names", "now"),
    [
        ("@Jun please", (JUN,), {1: "June Wang"}, "@June Wang please"),
        ("@Jun Lin, not @Jun", (JUN, LIN), {1: "Ann", 2: "Bo"}, "@Bo, not @Ann"),
        ("請@小美看", (MEI,), {3: "小美（休假）"}, "請@小美（休假）看"),
        ("@Jun", (JUN,), {}, "@Jun"),
        ("@Jun and @Jun", (JUN, Mention(9, "Jun")), {1: "Jun A", 9: "Jun B"}, "@Jun A and @Jun B"),
        (r"@Jun \1 $0", (JUN,), {1: r"\1"}, r"@\1 \1 $0"),
        ("no mention", (), {}, "no mention"),
    ],
)
def test_a_note_is_told_with_the_names_of_today(
    text: str, meant: tuple[Mention, ...], names: dict[int, str], now: str
) -> None:
    assert retold(text, meant, names)[0] == now


@pytest.fixture
async def shop(database: Database, clock: MovedClock) -> Shop:
    shop = Shop(database, clock)
    await shop.open(Rules())
    return shop


async def noted(shop: Shop, conversation: int, text: str, *meant: Mention, source: str = "") -> int:
    """A note of Mei's; the id of the message."""
    source, now = source or uuid.uuid4().hex, shop.clock.now()
    return await shop.database.write(desk.note, conversation, shop.mei, source, text, now, mentions=meant)


async def test_who_is_called_is_rung_sees_it_first_and_is_not_assigned(shop: Shop) -> None:
    conversation, cursor = await shop.called("ann"), await shop.database.read(events.newest)
    await noted(shop, conversation, "@Jun the refund, please", Mention(shop.jun, "Jun"))
    happened, _ = await shop.database.read(events.after, cursor)
    assert [event.kind for event in happened] == ["mention"]
    found = await shop.database.read(mentions.listing, shop.jun)
    assert [(one.conversation_id, one.by, one.text, one.read) for one in found.items] == [
        (conversation, "Mei", "@Jun the refund, please", False)
    ]
    assert await shop.holder(conversation) is None
    assert (await shop.database.read(mentions.listing, shop.mei)).items == ()


async def test_a_mention_is_done_with_once_the_conversation_was_open_on_any_console(shop: Shop) -> None:
    first, second = await shop.called("ann"), await shop.called("bo")
    for conversation in (first, second):
        await noted(shop, conversation, "@Jun", Mention(shop.jun, "Jun"))
    await shop.do(called.read, second, shop.mei)
    cursor = await shop.database.read(events.newest)
    await shop.do(called.read, second, shop.jun)
    await shop.do(called.read, second, shop.jun)
    found = await shop.database.read(mentions.listing, shop.jun)
    assert [(one.conversation_id, one.read) for one in found.items] == [(first, False), (second, True)]
    assert found.unread == 1
    assert [event.kind for event in (await shop.database.read(events.after, cursor))[0]] == ["mention_read"]


async def test_a_note_sent_twice_rings_once(shop: Shop) -> None:
    conversation = await shop.called("ann")
    for _ in range(2):
        await noted(shop, conversation, "@Jun", Mention(shop.jun, "Jun"), source="the-same")
    assert (await shop.database.read(mentions.listing, shop.jun)).unread == 1


async def test_nobody_is_called_who_left_who_is_not_there_at_all_or_who_writes(shop: Shop) -> None:
    conversation, boss = await shop.called("ann"), await shop.agent("Boss")
    await shop.database.write(staff.deactivate, shop.jun, boss, shop.clock.now())
    meant = (Mention(shop.jun, "Jun"), Mention(4711, "Nobody"), Mention(shop.mei, "Mei"), Mention(boss, "Boss"))
    message_id = await noted(shop, conversation, "@Jun @Nobody @Mei, not the chief", *meant)
    note = await shop.database.read(inbox.message, message_id)
    assert (note.text, note.mentions) == ("@Jun @Nobody @Mei, not the chief", ())
    for agent_id in (shop.jun, shop.mei, boss):
        assert (await shop.database.read(mentions.listing, agent_id)).unread == 0


async def test_a_new_name_stands_in_old_notes_also_of_who_has_left(shop: Shop) -> None:
    conversation, boss = await shop.called("ann"), await shop.agent("Boss")
    message_id = await noted(shop, conversation, "@Jun look", Mention(shop.jun, "Jun"))
    await shop.database.write(staff.change, shop.jun, "小俊", "agent", boss, shop.clock.now())
    await shop.database.write(staff.deactivate, shop.jun, boss, shop.clock.now())
    said = (await shop.database.read(inbox.transcript, conversation)).messages[-1]
    assert (said.text, said.mentions) == ("@小俊 look", (Mention(shop.jun, "小俊"),))
    assert (await shop.database.read(inbox.message, message_id)).text == "@小俊 look"
    assert (await shop.database.read(mentions.listing, shop.jun)).items[0].text == "@小俊 look"


async def test_a_customer_sees_nothing_of_a_mention(shop: Shop) -> None:
    conversation = await shop.called("ann")
    await noted(shop, conversation, "@Jun a difficult one", Mention(shop.jun, "Jun"))
    found = await shop.database.read(inbox.customer_view, "widget", "ann")
    assert found is not None
    assert all("Jun" not in message.text and not message.mentions for message in found[1])
    assert "Jun" not in found[0].preview


async def test_the_list_is_bounded_and_unread_ones_come_before_newer_read_ones(shop: Shop) -> None:
    conversation = await shop.called("ann")
    for _ in range(mentions.LIST_LIMIT + 1):
        await noted(shop, conversation, "@Jun", Mention(shop.jun, "Jun"))
    await shop.do(called.read, conversation, shop.jun)
    other = await shop.called("bo")
    await noted(shop, other, "@Jun", Mention(shop.jun, "Jun"))
    shop.clock.move(timedelta(days=1).total_seconds())
    found = await shop.database.read(mentions.listing, shop.jun)
    assert len(found.items) == mentions.LIST_LIMIT
    assert (found.items[0].conversation_id, found.unread) == (other, 1)

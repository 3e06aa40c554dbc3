"""What a conversation is about, for the figures: kept behind whatever the customer waits for."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.shopdata import demo
from bot.shopdata.base import OrderItem
from handoff.models import Episode
from nlu.result import Entity
from tests.bot.conftest import DEADLINE_S, Counter
from tests.bot.test_inbound import FILM, knows_tracking, order, track

PRODUCTS = demo.products()


async def about(counter: Counter, conversation: int) -> list[str | None]:
    """The product of each episode, once everything has been found out."""
    await counter.inbound.drain(DEADLINE_S)

    def products(session: Session) -> list[str | None]:
        mine = select(Episode.product).where(Episode.conversation_id == conversation)
        return list(session.scalars(mine.order_by(Episode.episode)))

    return await counter.database.read(products)


def names(counter: Counter, text: str, product: str) -> None:
    counter.records.catalogue = PRODUCTS
    start = text.index(product)
    counter.nlu.entities[text] = (Entity("product", product, start, start + len(product)),)


async def test_what_the_bot_is_asked_about_is_kept_with_the_episode(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    names(counter, FILM, "鋼化膜")
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    assert await about(counter, conversation) == ["film-9h"]


async def test_what_people_are_called_for_is_kept(counter: Counter) -> None:
    text = "my earbuds are a disgrace"
    counter.nlu.means(text, ("complaint", 0.9), ("greet", 0.01))
    names(counter, text, "earbuds")
    conversation = await counter.says(text)
    await counter.handed_off(conversation)
    assert await about(counter, conversation) == ["earbuds"]


async def test_what_is_named_to_people_only_is_kept_and_the_first_stays(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    assert await about(counter, conversation) == [None]
    for text, product in (("the kettle leaks", "kettle"), ("and the mug too", "mug")):
        names(counter, text, product)
        await counter.says(text)
        await counter.inbound.drain(DEADLINE_S)
    assert await about(counter, conversation) == ["kettle-gooseneck"]


async def test_what_an_order_held_is_what_it_is_about_where_that_is_one_thing(counter: Counter) -> None:
    knows_tracking(counter)
    mug = OrderItem("mug", {"en": "Mug"}, 2, 100)
    counter.records.by_number = {"XM20261001": replace(order(), items=(mug,))}
    conversation = await track(counter, "123")
    assert await about(counter, conversation) == ["mug"]


async def test_of_an_order_with_several_things_it_is_not_known(counter: Counter) -> None:
    knows_tracking(counter)
    items = (OrderItem("mug", {"en": "Mug"}, 1, 100), OrderItem("tote-bag", {"en": "Bag"}, 1, 100))
    counter.records.by_number = {"XM20261001": replace(order(), items=items)}
    conversation = await track(counter, "123")
    assert await about(counter, conversation) == [None]


async def test_an_episode_knows_only_its_own_product(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    names(counter, FILM, "鋼化膜")
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    await counter.presses("person")
    await counter.handed_off(conversation)
    await counter.presses("cancel_wait", episode=1)
    assert await about(counter, conversation) == ["film-9h", None]


async def test_records_that_do_not_answer_hold_up_nobody(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    names(counter, FILM, "鋼化膜")
    counter.records.down = True
    conversation = await counter.says(FILM)
    assert [m.author for m in await counter.answered(conversation)] == ["contact", "bot"]
    assert await about(counter, conversation) == [None]
    assert f"product_unknown conversation={conversation}" in caplog.messages

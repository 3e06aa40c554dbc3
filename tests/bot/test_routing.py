"""What a handoff is about, as teams and skills go by it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Conversation
from tests.bot.conftest import Counter

RETURN = "商品破了我要退貨，請找真人"


@pytest.mark.parametrize(
    ("ranking", "matter"),
    [
        ((("talk_to_human", 0.7), ("request_return", 0.25)), "request_return"),
        ((("complaint", 0.9), ("request_return", 0.05)), None),
        ((("talk_to_human", 0.7), ("chitchat", 0.2)), None),
    ],
)
async def test_a_handoff_is_about_the_likeliest_wish_the_shop_answers(
    counter: Counter, ranking: tuple[tuple[str, float], ...], matter: str | None
) -> None:
    counter.nlu.means(RETURN, *ranking)
    conversation = await counter.says(RETURN)
    await counter.handed_off(conversation)
    assert await counter.database.read(_intent, conversation) == matter


async def test_who_only_calls_for_a_person_has_said_before_what_it_is_about(counter: Counter) -> None:
    counter.nlu.means("鋼化膜要怎麼貼?", ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says("鋼化膜要怎麼貼?")
    await counter.answered(conversation)
    await counter.presses("person")
    await counter.handed_off(conversation)
    assert await counter.database.read(_intent, conversation) == "how_to_use"


def _intent(session: Session, conversation: int) -> str | None:
    return session.scalar(select(Conversation.intent).where(Conversation.id == conversation))

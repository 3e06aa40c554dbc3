"""kill -9 in the middle of everything: no message lost, none answered twice, order kept, nearly all by the bot."""

import asyncio
import random
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from handoff.models import Conversation, Message
from handoff.states import Status
from tests.e2e.program import Program, Visitor
from tests.handoff.ownership import check_everything

pytestmark = pytest.mark.rasa

QUESTIONS = (
    ("zh-TW", "鋼化膜要怎麼貼?"),
    ("zh-TW", "退貨期限是幾天?"),
    ("zh-TW", "你們客服幾點下班?"),
    ("zh-CN", "运费多少钱"),
    ("zh-CN", "怎么退货"),
    ("en", "how long is the warranty?"),
)
TOGETHER = 12
PATIENCE_S = 240.0


@pytest.mark.parametrize(("visitors", "kills"), [(16, 3), pytest.param(50, 10, marks=pytest.mark.soak)])
async def test_messages_survive_kills(data: Path, visitors: int, kills: int) -> None:
    program = Program(data)
    await program.start()
    finished = asyncio.Event()
    chaos = asyncio.create_task(kill_again_and_again(program, kills, finished))
    places = asyncio.Semaphore(TOGETHER)
    try:
        visits = await asyncio.gather(*(visit(program, places, number) for number in range(visitors)))
        finished.set()
        await chaos
    finally:
        await program.stop()

    messages = sum(len(sent) for sent in visits)
    assert messages == visitors * len(QUESTIONS)
    with Session(create_engine(f"sqlite:///{data / 'baton.db'}")) as session:
        check_everything(session)
        answered = sum(check_visit(session, sent) for sent in visits)
    print(f"\n{answered} of {messages} answered by the bot, {kills} kills")
    assert answered >= 0.95 * messages


async def visit(program: Program, places: asyncio.Semaphore, number: int) -> list[str]:
    """One customer asks one thing after the other and waits for each answer."""
    questions = list(QUESTIONS)
    random.Random(number).shuffle(questions)
    async with places, Visitor(program.address) as visitor:
        for _, question in questions:
            await visitor.says(question)
            await visitor.answered(PATIENCE_S)
            if visitor.conversation["status"] == "waiting":
                # Handed to a person, which counts against the bot; the customer goes on with the next question.
                await visitor.presses("cancel_wait")
                await visitor.until(lambda v: v.conversation["status"] == "bot", PATIENCE_S)
        return [question for _, question in questions]


async def kill_again_and_again(program: Program, kills: int, finished: asyncio.Event) -> None:
    """Kills at moments nobody chose, each followed by a start."""
    moments = random.Random(7)
    for done in range(kills):
        try:
            async with asyncio.timeout(moments.uniform(0.2, 2.0)):
                await finished.wait()
        except TimeoutError:
            pass
        assert not finished.is_set(), f"the customers were done after {done} kills: too quick for this test"
        await program.kill()
        await program.start(ready=False)


def check_visit(session: Session, sent: list[str]) -> int:
    """Every message is there once and in order; how many of them the bot answered."""
    conversations = [c for c in session.scalars(select(Conversation)) if texts(session, c) == sent]
    assert conversations, "a customer's messages are not there as they were sent"
    conversation = conversations[0]
    answered = session.scalars(
        select(Message).where(
            Message.conversation_id == conversation.id, Message.author == "bot", Message.format == "markdown"
        )
    ).all()
    if conversation.status == Status.PENDING:
        assert conversation.answered_seq == conversation.last_incoming_seq
    return len({message.answers_seq for message in answered})


def texts(session: Session, conversation: Conversation) -> list[str]:
    query = select(Message).where(Message.conversation_id == conversation.id, Message.kind == "incoming")
    return [row.text for row in session.scalars(query.order_by(Message.seq)) if "action" not in row.content]

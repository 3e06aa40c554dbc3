"""One customer message to an answer, or to a person and back, on real parts over real HTTP."""

import asyncio
import json

import pytest

from tests.e2e.program import Program, Visitor, signed_in

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("text", "expected"), [("鋼化膜收到了,我要怎麼貼?", "除塵貼"), ("钢化膜收到了，我要怎么贴？", "除尘贴")]
)
async def test_the_film_is_answered_with_the_steps_in_either_script(program: Program, text: str, expected: str) -> None:
    async with Visitor(program.address) as visitor:
        await visitor.says(text)
        said = await visitor.answered()
        assert said[0]["author"] == "bot"
        assert "1. " in said[0]["text"] and expected in said[0]["text"]
        assert len(said) == 1 and [b["label"] for b in said[0]["buttons"]]


async def test_an_order_is_tracked_only_with_the_second_factor(program: Program) -> None:
    async with Visitor(program.address, "en") as visitor:
        await visitor.says("my parcel hasn't moved for days, where is it?")
        assert "order number" in (await visitor.answered())[0]["text"]
        await visitor.says("XM20261003")
        assert "last three digits" in (await visitor.answered())[0]["text"]
        await visitor.says("111")
        assert "don't match" in (await visitor.answered())[0]["text"]
        await visitor.says("668")
        told = (await visitor.answered())[0]["text"]
        assert "XM20261003" in told and "Chiayi" in told and "hasn't moved for 9 days" in told


async def test_a_person_is_called_takes_over_replies_hands_back_and_resolves(program: Program) -> None:
    async with signed_in(program) as mei, Visitor(program.address, "zh-TW") as visitor:
        listed = await mei.get("/conversations?view=queue")
        async with mei.feed(listed["cursor"]) as feed:
            asked = asyncio.get_running_loop().time()
            await visitor.says("轉人工")
            while True:
                frame = json.loads((await feed.receive(timeout=30)).data)
                if any(event["kind"] == "hand_off" for event in frame.get("events", ())):
                    break
            assert asyncio.get_running_loop().time() - asked < 1.0, "an agent must see it within a second"
        await visitor.until(lambda v: v.conversation["status"] == "waiting")
        reference = visitor.conversation["reference"]
        conversation = next(row["id"] for row in await mei.queue() if row["reference"] == reference)
        await mei.post(f"/conversations/{conversation}/claim")
        await visitor.until(lambda v: v.conversation["status"] == "person")
        assert visitor.conversation["agent"] == "Mei"
        await mei.say(conversation, "您好，我是小美，幫您看一下。")
        await visitor.until(lambda v: ("agent", "您好，我是小美，幫您看一下。") in v.transcript())

        await visitor.says("鋼化膜收到了,我要怎麼貼?")
        await visitor.until(lambda v: len(v.acknowledged) == 2)
        detail = await mei.get(f"/conversations/{conversation}")
        assert detail["messages"][-1]["decision"] is None, "the bot does not even read what a person owns"

        await mei.end(conversation, "hand_back")
        await visitor.until(lambda v: v.conversation["status"] == "bot")
        assert "bot" not in [author for author, _ in visitor.transcript()]
        await visitor.says("退貨期限多久?")
        await visitor.until(lambda v: any(m["author"] == "bot" for m in v.since_own()))
        await visitor.presses("person")
        await visitor.until(lambda v: v.conversation["status"] == "waiting")
        packet = (await mei.get(f"/conversations/{conversation}"))["packet"]
        assert packet["reason"] == "customer_request"
        assert "退貨期限多久" in packet["summary"] and packet["tried"] and packet["near_misses"]
        await mei.post(f"/conversations/{conversation}/claim")
        await mei.end(conversation, "resolve")
        await visitor.until(lambda v: v.conversation["status"] == "resolved")

    async with Visitor(program.address, "zh-TW", visitor.token) as returned:
        assert returned.conversation["reference"] == reference
        await returned.until(lambda v: len(v.messages) > 8)
        await returned.says("剛才那件事還是不行")
        await returned.until(lambda v: v.conversation["status"] in ("waiting", "person"))


async def test_the_customer_may_leave_the_queue_again(program: Program) -> None:
    async with Visitor(program.address, "en") as visitor:
        await visitor.presses("person")
        await visitor.until(lambda v: v.conversation["status"] == "waiting")
        assert visitor.conversation["open"] and visitor.conversation["position"] >= 1
        await visitor.presses("cancel_wait")
        await visitor.until(lambda v: v.conversation["status"] == "bot")
        assert visitor.since_own()[-1]["author"] == "bot"

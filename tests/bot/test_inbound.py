"""The story of a customer message, on real databases, with a scripted understanding and a moved clock."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.buttons import Buttons
from bot.inbound import QUESTIONS_AT_ONCE, Inbound, NluState
from bot.overhearing import AT_ONCE as OVERHEARD_AT_ONCE
from bot.overhearing import LISTENED_FOR
from bot.replies import shipped
from bot.shopdata.base import Order
from handoff import desk, inbox, jobs
from handoff.desk import presence
from handoff.states import Status
from handoff.values import Action, Activity, Button, Filled, InboundMessage, Language, Media, Priority, Reason
from handoff.watches import Watches
from nlu.errors import NluTimeout, NluUnavailable
from tests import builders as a
from tests.bot.conftest import DEADLINE_S, SHOP, Counter
from tests.fakes import MovedClock

FILM = "鋼化膜收到了,我要怎麼貼?"


async def test_a_question_is_answered_with_the_article_and_why_is_kept(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(FILM)
    messages = await counter.answered(conversation)
    assert [m.author for m in messages] == ["contact", "bot"]
    assert "1." in messages[1].text and messages[1].format == "markdown"
    assert [b.value for b in messages[1].buttons] == ["yes", "no"]
    decision = messages[0].decision
    assert decision is not None
    assert (decision["decision"], decision["article"]["id"]) == ("answer", "apply-tempered-glass-film")


@pytest.mark.parametrize(("danger", "answered"), [(0.01, True), (0.03, False)])
async def test_what_may_be_danger_is_not_answered_by_the_bot(counter: Counter, danger: float, answered: bool) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("safety_issue", danger))
    conversation = await counter.says(FILM)
    await counter.inbound.drain(DEADLINE_S)
    view = await counter.database.read(inbox.conversation_view, conversation)
    assert (view.status is Status.PENDING) is answered
    assert view.reason == (None if answered else Reason.LOW_CONFIDENCE)


async def test_bubbles_sent_quickly_are_read_together_and_answered_once(counter: Counter) -> None:
    counter.nlu.means("您好", ("greet", 0.95), ("chitchat", 0.01))
    counter.nlu.means("鋼化膜", ("product_info", 0.2), ("how_to_use", 0.2))
    together = "您好\n鋼化膜\n要怎麼貼?"
    counter.nlu.means("要怎麼貼?", ("how_to_use", 0.9), ("installation", 0.02))
    counter.nlu.means(together, ("how_to_use", 0.9), ("installation", 0.02))
    for text in together.split("\n"):
        conversation = await counter.says(text)
    messages = await counter.answered(conversation)
    await counter.until_sleeping()
    counter.clock.move(5)
    await counter.inbound.drain(DEADLINE_S)
    messages = await counter.answered(conversation)
    assert [m.author for m in messages] == ["contact"] * 3 + ["bot"]
    assert together in counter.nlu.parsed


async def test_a_greeting_waits_a_second_for_the_question(counter: Counter) -> None:
    counter.nlu.means("您好", ("greet", 0.95), ("chitchat", 0.01))
    conversation = await counter.says("您好")
    await counter.until_sleeping()
    assert len(await counter.settled(conversation, lambda view: True)) == 1
    counter.clock.move(1)
    assert [m.author for m in await counter.answered(conversation)] == ["contact", "bot"]


@pytest.mark.parametrize("text", ["轉人工", "转人工！！", "真人", "Human please", "AGENT!!!"])
async def test_a_person_is_one_message_away_even_without_a_model(counter: Counter, text: str) -> None:
    counter.nlu.error = NluTimeout("down")
    reason, messages = await counter.handed_off(await counter.says(text))
    assert reason is Reason.CUSTOMER_REQUEST
    assert messages[-1].author == "system"


async def test_asking_for_a_person_does_not_wait_for_the_next_bubble(counter: Counter) -> None:
    counter.nlu.held.clear()
    await counter.says("那個")
    reason, _ = await counter.handed_off(await counter.says("轉人工"))
    counter.nlu.held.set()
    assert reason is Reason.CUSTOMER_REQUEST


async def test_a_call_for_a_person_passes_all_questions_that_wait(counter: Counter) -> None:
    counter.records.by_number = {"XM20261001": order()}
    text = "where is XM20261001, phone ends in 123"
    counter.nlu.means(text, ("track_order", 0.95), ("product_info", 0.02), order_id="XM20261001")
    counter.records.held.clear()
    asking = [await counter.says(text, contact=f"visitor-{n}") for n in range(QUESTIONS_AT_ONCE + 3)]
    await until(lambda: counter.records.asked == QUESTIONS_AT_ONCE)
    assert (await counter.handed_off(await counter.says("轉人工", contact="caller")))[0] is Reason.CUSTOMER_REQUEST
    assert counter.records.asked == QUESTIONS_AT_ONCE, "no more at once"
    counter.records.held.set()
    for conversation in asking:
        assert "XM20261001" in (await counter.answered(conversation))[1].text


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():
            await asyncio.sleep(0.005)


async def test_the_agent_gets_what_was_asked_before_the_call(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    await counter.presses("person")
    await counter.handed_off(conversation)
    asked = (await counter.database.read(inbox.transcript, conversation)).asked
    assert asked is not None
    assert FILM in asked.packet["summary"]
    assert asked.packet["tried"] == ["article:apply-tempered-glass-film"]
    assert asked.packet["near_misses"][0][0] == "apply-tempered-glass-film"


async def test_unsure_goes_to_a_person_at_once(counter: Counter) -> None:
    conversation = await counter.says("呃那個就是")
    await counter.until_sleeping()
    counter.clock.move(1)
    assert (await counter.handed_off(conversation))[0] is Reason.LOW_CONFIDENCE


async def test_danger_is_urgent_and_told_what_to_do_first(counter: Counter) -> None:
    counter.nlu.means("電池很燙一直冒煙", ("defective_item", 0.5), ("safety_issue", 0.4))
    conversation = await counter.says("電池很燙一直冒煙")
    reason, messages = await counter.handed_off(conversation)
    assert reason is Reason.SAFETY
    assert "停止使用" in messages[-1].text
    row = (await counter.database.read(inbox.listing, "queue", 0)).rows[0]
    due = {clock.kind: clock.due_at for clock in row.clocks}
    assert row.priority == "urgent" and due["promise"] <= due["first_response"]


@pytest.mark.parametrize(
    ("text", "share", "calls"),
    [
        ("可以請真人幫我看一下訂單嗎？", 0.29, True),
        ("可以请人工帮我看一下订单吗？", 0.29, True),
        ("Please let me talk to a real person about <b>my order</b>", 0.15, True),
        ('The button says "talk to a person", I only want my label', 0.04, False),
        ("真人開箱影片在哪裡看", 0.29, False),
        ("不要轉人工，我只想查訂單", 0.3, False),
        ("不用转人工", 0.3, False),
        ("I don't want to talk to a person", 0.3, False),
        ("要不要轉人工？", 0.3, True),
        ("不要再叫我等，幫我轉人工", 0.3, True),
        ("为什么不给我转人工", 0.3, True),
    ],
)
async def test_a_plea_for_a_person_counts_before_an_unsure_reading_of_the_rest(
    counter: Counter, text: str, share: float, calls: bool
) -> None:
    counter.nlu.means(text, ("place_order", 0.4), ("talk_to_human", share))
    conversation = await counter.says(text)
    if not calls:
        await counter.until_sleeping()
        counter.clock.move(5)
    reason, _ = await counter.handed_off(conversation)
    assert (reason is Reason.CUSTOMER_REQUEST) is calls


async def test_a_call_with_its_matter_beside_it_brings_what_may_answer_that(counter: Counter) -> None:
    counter.nlu.means(f"{FILM}我想找真人", ("talk_to_human", 0.9), ("how_to_use", 0.05))
    counter.nlu.means("我想找真人", ("talk_to_human", 0.99), ("greet", 0.01))
    for part in ("鋼化膜收到了", "我要怎麼貼", "鋼化膜收到了\n我要怎麼貼"):
        counter.nlu.means(part, ("how_to_use", 0.9), ("product_info", 0.02))
    packet = await the_packet(counter, await counter.says(f"{FILM}我想找真人"))
    assert packet["ranking"][0]["name"] == "how_to_use"
    assert packet["near_misses"][0][0] == "apply-tempered-glass-film"


async def test_what_the_call_itself_has_named_stays_in_the_packet(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    await counter.inbound.drain(DEADLINE_S)
    now, write = counter.clock.now(), counter.database.write
    first = {"entities": {"order_id": "A1"}, "ranking": [{"name": "how_to_use", "confidence": 0.9}]}
    await write(desk.complete_packet, conversation, first, now, episode=1)
    other = {"entities": {"order_id": "B2", "product": "case"}, "ranking": [{"name": "complaint", "confidence": 0.9}]}
    await write(desk.complete_packet, conversation, other, now, episode=1, is_matter=False)
    packet = await the_packet(counter, conversation)
    assert packet["entities"] == {"order_id": "A1", "product": "case"}
    assert packet["ranking"] == first["ranking"]


async def test_who_was_not_helped_is_known_by_their_question_not_by_the_button(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    counter.nlu.means("helpful", ("talk_to_human", 1.0), ("greet", 0.0))
    await counter.answered(await counter.says(FILM))
    conversation = await counter.presses("helpful", "no", episode=1)
    packet = await the_packet(counter, conversation)
    assert packet["ranking"][0]["name"] == "how_to_use"
    assert packet["near_misses"][0][0] == "apply-tempered-glass-film"
    assert (await counter.database.read(inbox.conversation_view, conversation)).preview == FILM


async def test_an_order_named_to_people_stands_in_their_packet_once(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    for text in ("XM20261003", "it is XM20261003"):
        counter.nlu.means(text, ("track_order", 0.4), ("greet", 0.1), order_id="XM20261003")
        await counter.says(text)
    assert (await the_packet(counter, conversation))["named"] == ["XM20261003"]


async def test_of_many_named_orders_the_newest_come_first(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    for number in range(7):
        await counter.database.write(desk.name_order, conversation, f"X{number}", counter.clock.now())
    assert (await the_packet(counter, conversation))["named"] == ["X6", "X5", "X4", "X3", "X2"]


async def test_words_under_a_later_part_of_an_album_are_read_for_danger(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    counter.nlu.means("冒煙了", ("safety_issue", 0.9), ("greet", 0.01))
    for note in ("", "冒煙了"):
        await counter.sends(a.inbound(content=Media("image", note, album="album-1")))
    await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)


async def the_packet(counter: Counter, conversation: int) -> Mapping[str, Any]:
    """As it is once everything has been found out."""
    await counter.handed_off(conversation)
    await counter.inbound.drain(DEADLINE_S)
    asked = (await counter.database.read(inbox.transcript, conversation)).asked
    assert asked is not None
    return asked.packet


@pytest.mark.parametrize("claimed", [True, False])
async def test_danger_told_to_people_is_urgent_marked_and_answered_once_by_the_system(
    counter: Counter, claimed: bool
) -> None:
    agent = await counter.database.write(a.agent, counter.clock.now())
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    if claimed:
        await counter.database.write(desk.claim, conversation, agent, counter.clock.now())
    for text in ("冒煙了", "真的冒煙了"):
        counter.nlu.means(text, ("safety_issue", 0.9), ("greet", 0.01))
        await counter.says(text)
        await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)
        await counter.inbound.drain(DEADLINE_S)
    told = await counter.database.read(inbox.transcript, conversation)
    assert (told.conversation.reason, told.conversation.assignee_id) == (Reason.SAFETY, agent if claimed else None)
    instructions = [m.author for m in told.messages if "停止使用" in m.text]
    assert instructions == ["system"]
    assert [m.activity for m in told.messages].count(Activity.DANGER) == 1


async def test_danger_that_a_call_for_a_person_has_passed_is_read_all_the_same(counter: Counter) -> None:
    counter.nlu.means("充電器著火了", ("safety_issue", 0.9), ("greet", 0.01))
    counter.nlu.held.clear()
    conversation = await counter.says("充電器著火了")
    await counter.presses("person")
    reason, _ = await counter.handed_off(conversation)
    assert reason is Reason.CUSTOMER_REQUEST
    counter.nlu.held.set()
    messages = await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)
    assert Activity.DANGER in [m.activity for m in messages]


async def test_what_is_written_to_people_leaves_the_model_to_who_waits_for_an_answer(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    await counter.inbound.drain(DEADLINE_S)
    counter.nlu.held.clear()
    counter.nlu.parsed.clear()
    for number in range(5):
        await counter.says(f"to people {number}")
    await counter.says(FILM, contact="visitor-2")
    await until(lambda: FILM in counter.nlu.parsed)
    assert len(counter.nlu.parsed) == OVERHEARD_AT_ONCE + 1
    counter.nlu.held.set()


async def test_danger_told_while_no_model_answers_is_read_once_one_does(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    await counter.inbound.drain(DEADLINE_S)
    counter.nlu.means("冒煙了", ("safety_issue", 0.9), ("greet", 0.01))
    counter.nlu.error = NluUnavailable("away")
    await counter.says("冒煙了")
    for _ in range(10):
        await counter.inbound.drain(DEADLINE_S)
        counter.clock.move(60)
        await listening(counter).run_due()
    counter.nlu.error = None
    counter.clock.move(120)
    await listening(counter).run_due()
    await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)
    await counter.inbound.drain(DEADLINE_S)
    assert await unheard(counter) == []


async def test_what_no_model_has_read_for_half_an_hour_is_left_to_people(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    counter.nlu.error = NluUnavailable("away")
    await counter.says("冒煙了")
    await counter.inbound.drain(DEADLINE_S)
    counter.clock.move(LISTENED_FOR.total_seconds() + 1)
    await listening(counter).run_due()
    assert await unheard(counter) == []
    assert f"danger_never_read conversation={conversation}" in caplog.messages


def listening(counter: Counter, inbound: Inbound | None = None) -> Watches:
    """What a process does by itself about what nobody has read."""
    ears = (inbound or counter.inbound).ears
    return Watches(counter.database, counter.clock, {desk.LISTEN: ears.take_up})


async def unheard(counter: Counter) -> list[str]:
    return await counter.database.read(
        lambda session: list(session.scalars(select(jobs.Job.key).where(jobs.Job.kind == desk.LISTEN)))
    )


async def killed(counter: Counter) -> Inbound:
    """The process ends at once, whatever it was about; a new one on the same database."""
    await counter.inbound.drain(0)
    counter.nlu.held.set()
    counter.inbound = counter.begun()
    return counter.inbound


async def test_what_people_were_told_is_read_by_the_next_process_where_one_died_before(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    await counter.inbound.drain(DEADLINE_S)
    counter.nlu.means("冒煙了", ("safety_issue", 0.9), ("greet", 0.01))
    counter.nlu.held.clear()
    await counter.says("冒煙了")
    await until(lambda: "冒煙了" in counter.nlu.parsed)
    await killed(counter)
    counter.clock.move(3)
    await listening(counter).run_due()
    messages = await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)
    assert shipped().say("danger_heard", "zh-TW") in [m.text for m in messages]
    await counter.inbound.drain(DEADLINE_S)
    assert await unheard(counter) == []


async def test_what_is_being_read_is_not_read_twice(counter: Counter) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    await counter.inbound.drain(DEADLINE_S)
    counter.nlu.held.clear()
    counter.nlu.parsed.clear()
    await counter.says("a word")
    await until(lambda: counter.nlu.parsed == ["a word"])
    counter.clock.move(3)
    await listening(counter).run_due()
    counter.nlu.held.set()
    await counter.inbound.drain(DEADLINE_S)
    assert (counter.nlu.parsed, await unheard(counter)) == (["a word"], [])


@pytest.mark.parametrize("taken", ["called", "claimed", "transferred"])
async def test_what_the_bot_had_not_read_when_people_got_it_is_read_by_the_next_process(
    counter: Counter, taken: str
) -> None:
    counter.nlu.means("充電器著火了", ("safety_issue", 0.9), ("greet", 0.01))
    counter.nlu.held.clear()
    agent = await counter.database.write(a.agent, counter.clock.now())
    conversation = await counter.says("充電器著火了")
    await until(lambda: "充電器著火了" in counter.nlu.parsed)
    match taken:
        case "called":
            await counter.presses("person")
            await counter.handed_off(conversation)
        case "claimed":
            await counter.database.write(desk.claim, conversation, agent, counter.clock.now())
        case _:
            write, lead = counter.database.write, await counter.database.write(a.agent, counter.clock.now(), "Lea")
            await write(desk.transfer, conversation, lead, agent, None, counter.clock.now(), anybodys=True)
    await killed(counter)
    counter.clock.move(3)
    await listening(counter).run_due()
    messages = await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)
    assert Activity.DANGER in [m.activity for m in messages]


async def test_what_was_swept_unread_is_read_once_people_have_it(counter: Counter) -> None:
    counter.nlu.means("充電器著火了", ("safety_issue", 0.9), ("greet", 0.01))
    counter.nlu.held.clear()
    conversation = await counter.says("充電器著火了")
    await until(lambda: "充電器著火了" in counter.nlu.parsed)
    inbound = await killed(counter)
    counter.clock.move(SHOP.waiting.rerun_window_s + 1)
    await inbound.rerun(conversation)
    assert (await counter.handed_off(conversation))[0] is Reason.SWEPT
    counter.clock.move(3)
    await listening(counter).run_due()
    await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)


async def test_safety_words_in_a_running_chat_tell_nothing_of_who_comes_when(
    counter: Counter, clock: MovedClock
) -> None:
    conversation = await counter.presses("person")
    await counter.handed_off(conversation)
    clock.move(11 * 3600)
    counter.nlu.means("it is on fire", ("safety_issue", 0.9), ("greet", 0.01))
    await counter.says("it is on fire")
    messages = await counter.settled(conversation, lambda view: view.priority is Priority.URGENT)
    assert shipped().say("danger_heard", "en") in [m.text for m in messages]


async def test_what_is_no_danger_changes_nothing_in_what_people_have(counter: Counter) -> None:
    conversation = await counter.presses("person")
    _, before = await counter.handed_off(conversation)
    counter.nlu.means("路由器很燙會重開", ("how_to_use", 0.8), ("safety_issue", 0.05))
    await counter.says("路由器很燙會重開")
    await counter.inbound.drain(DEADLINE_S)
    told = await counter.database.read(inbox.transcript, conversation)
    assert (told.conversation.priority, len(told.messages)) == (Priority.NORMAL, len(before) + 1)


@pytest.mark.parametrize(
    ("text", "is_danger"), [("charger 24 caught fire", True), ("110 220", False), ("#911-2", False)]
)
async def test_a_number_with_no_word_beside_it_is_no_danger(counter: Counter, text: str, is_danger: bool) -> None:
    counter.nlu.means(text, ("safety_issue", 0.6), ("warranty", 0.1))
    reason, _ = await counter.handed_off(await counter.says(text))
    assert (reason is Reason.SAFETY) is is_danger


async def test_two_close_readings_are_asked_back_once_and_the_choice_is_answered(counter: Counter) -> None:
    text = "東西不要了"
    counter.nlu.means(text, ("request_return", 0.34), ("cancel_order", 0.3))
    conversation = await counter.says(text)
    await counter.until_sleeping()
    counter.clock.move(1)
    messages = await counter.answered(conversation)
    assert [b.name for b in messages[-1].buttons] == ["clarify", "clarify", "person"]
    await counter.presses("clarify", "request_return", episode=1)
    messages = await counter.answered(conversation)
    assert messages[2].decision is not None
    assert messages[2].decision["article"]["id"] == "request-return"


async def test_ambiguous_twice_goes_to_a_person(counter: Counter) -> None:
    for text in ("東西不要了", "就是不要了啦"):
        counter.nlu.means(text, ("request_return", 0.34), ("cancel_order", 0.3))
    conversation = await counter.says("東西不要了")
    await counter.until_sleeping()
    counter.clock.move(1)
    await counter.answered(conversation)
    await counter.says("就是不要了啦")
    await counter.until_sleeping()
    counter.clock.move(1)
    assert (await counter.handed_off(conversation))[0] is Reason.AMBIGUOUS


async def test_not_helpful_goes_to_a_person_and_never_to_the_same_answer(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    await counter.presses("helpful", "no", episode=1)
    assert (await counter.handed_off(conversation))[0] is Reason.NOT_HELPFUL


async def test_the_same_question_again_goes_to_a_person(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    await counter.says(FILM)
    assert (await counter.handed_off(conversation))[0] is Reason.REPEATED


async def test_out_of_scope_gets_one_honest_sentence_and_the_button(counter: Counter) -> None:
    counter.nlu.means("可以借我五千塊嗎", ("out_of_scope", 0.8), ("payment_methods", 0.1))
    conversation = await counter.says("可以借我五千塊嗎")
    await counter.until_sleeping() if counter.clock.sleepers else None
    counter.clock.move(1)
    messages = await counter.answered(conversation)
    assert [b.name for b in messages[-1].buttons] == ["person"]


async def test_a_thumb_wants_nothing_and_waits_for_nobody(counter: Counter) -> None:
    conversation = await counter.says("👍")
    await counter.until_sleeping()
    counter.clock.move(1)
    assert [m.author for m in await counter.answered(conversation)] == ["contact"]


@pytest.mark.parametrize("text", ["???", "https://shop.example/p/1", "www.shop.example 👍"])
async def test_what_has_no_words_but_wants_something_goes_to_a_person(counter: Counter, text: str) -> None:
    counter.nlu.means(text, ("store_info", 0.9), ("greet", 0.01))
    conversation = await counter.says(text)
    await counter.settled(conversation, lambda view: True)
    counter.clock.move(1)
    assert (await counter.handed_off(conversation))[0] is Reason.LOW_CONFIDENCE


async def test_a_picture_goes_to_a_person(counter: Counter) -> None:
    conversation = await counter.sends(a.inbound(content=Media("image")))
    await counter.until_sleeping()
    counter.clock.move(1)
    assert (await counter.handed_off(conversation))[0] is Reason.ATTACHMENT


async def test_a_model_that_does_not_answer_means_a_person_not_silence(counter: Counter) -> None:
    counter.nlu.error = NluTimeout("too slow")
    reason, messages = await counter.handed_off(await counter.says(FILM))
    assert reason is Reason.NLU_UNAVAILABLE
    assert messages[-1].author == "system"


async def test_a_fault_in_our_own_code_means_a_person_too(counter: Counter) -> None:
    counter.nlu.error = RuntimeError("a bug")  # type: ignore[assignment]
    assert (await counter.handed_off(await counter.says(FILM)))[0] is Reason.SWEPT


async def test_while_the_model_is_loading_the_message_waits_for_it(counter: Counter) -> None:
    counter.nlu.error = NluTimeout("loading")
    counter.nlu_state = NluState(starting=True, ready_since=None)
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(FILM)
    await counter.inbound.drain(DEADLINE_S)
    counter.clock.move(300)
    await counter.inbound.rerun(conversation)
    counter.nlu.error, counter.nlu_state = None, NluState(False, counter.clock.now())
    await counter.inbound.rerun(conversation)
    assert [m.author for m in await counter.answered(conversation)] == ["contact", "bot"]


async def test_what_waited_too_long_goes_to_a_person(counter: Counter, clock: MovedClock) -> None:
    recorded = await counter.database.write(desk.record_inbound, a.inbound(FILM), clock.now())
    clock.move(30)
    assert await counter.database.read(desk.left_waiting, clock.now(), timedelta(seconds=6))
    clock.move(60)
    await counter.inbound.rerun(recorded.conversation_id)
    assert (await counter.handed_off(recorded.conversation_id))[0] is Reason.SWEPT


async def test_a_slow_answer_is_dropped_when_an_agent_took_over(counter: Counter, clock: MovedClock) -> None:
    agent = await counter.database.write(a.agent, clock.now())
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    counter.nlu.held.clear()
    conversation = await counter.says(FILM)
    await counter.database.write(desk.claim, conversation, agent, clock.now())
    counter.nlu.held.set()
    await counter.inbound.drain(DEADLINE_S)
    assert "bot" not in [m.author for m in await counter.settled(conversation, lambda view: True)]


async def test_a_message_while_a_person_owns_is_for_the_person_alone(counter: Counter) -> None:
    conversation = await counter.says("轉人工")
    await counter.handed_off(conversation)
    await counter.says(FILM)
    await counter.inbound.drain(DEADLINE_S)
    assert [m.author for m in await counter.settled(conversation, lambda v: True)] == ["contact", "system", "contact"]


async def test_cancelling_the_wait_brings_the_bot_back(counter: Counter) -> None:
    conversation = await counter.says("轉人工")
    await counter.handed_off(conversation)
    await counter.sends(a.inbound(content=Action("cancel_wait", label="Never mind", reopens=True)))
    messages = await counter.settled(conversation, lambda view: view.status is Status.PENDING)
    assert messages[-1].author == "bot"


async def test_too_many_bot_turns_end_with_a_person(counter: Counter) -> None:
    counter.nlu.means("謝謝", ("thanks", 0.9), ("greet", 0.02))
    counter.nlu.means("退貨期限多久", ("return_policy", 0.9), ("greet", 0.02))
    conversation = 0
    for _ in range(SHOP.understanding.max_bot_turns):
        conversation = await counter.says("謝謝")
        await counter.until_sleeping()
        counter.clock.move(1)
        await counter.answered(conversation)
    await counter.says("退貨期限多久")
    assert (await counter.handed_off(conversation))[0] is Reason.TURN_LIMIT


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("my film arrived", None, "en"),
        ("鋼化膜怎麼貼", None, "zh-TW"),
        ("钢化膜怎么贴", None, "zh-CN"),
        ("你好", "zh-CN", "zh-CN"),
        ("你好", None, "zh-TW"),
    ],
)
async def test_the_reply_is_in_the_customers_language(
    counter: Counter, text: str, locale: Language | None, expected: Language
) -> None:
    counter.nlu.means(text, ("thanks", 0.9), ("greet", 0.02))
    conversation = await counter.says(text, locale=locale)
    await counter.until_sleeping()
    counter.clock.move(1)
    assert (await counter.answered(conversation))[-1].text == shipped().say("social.thanks", expected)


async def test_a_press_answered_by_the_file_of_texts_never_reaches_the_model(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    await counter.presses("helpful", "yes", episode=1)
    messages = await counter.answered(conversation)
    assert messages[-1].text == shipped().say("social.glad", "zh-TW")


def order(number: str = "XM20261001", phone: str = "0900000123") -> Order:
    at = datetime(2026, 11, 19, tzinfo=UTC)
    return Order(number, "paid", phone, at, "NT$100", (("film", 1),), {}, None, None, ())


async def track(counter: Counter, digits: str) -> int:
    """Ask for a parcel, name the number, name the digits."""
    for text in ("where is my parcel", "XM20261001", digits):
        conversation = await counter.says(text)
        await counter.answered(conversation)
    return conversation


def knows_tracking(counter: Counter) -> None:
    counter.nlu.means("where is my parcel", ("track_order", 0.9), ("greet", 0.01))
    counter.nlu.means("XM20261001", ("out_of_scope", 0.2), ("greet", 0.1), order_id="XM20261001")
    counter.nlu.means("hello", ("greet", 0.9), ("thanks", 0.01))


async def test_nothing_is_told_of_an_order_without_the_right_digits(counter: Counter) -> None:
    knows_tracking(counter)
    counter.records.by_number = {"XM20261001": order()}
    conversation = await track(counter, "124")
    messages = await counter.answered(conversation)
    assert messages[-1].text == shipped().say("tracking.again_phone", "en")
    await counter.says("123")
    assert "XM20261001" in (await counter.answered(conversation))[-1].text


async def test_an_unknown_order_is_answered_like_a_wrong_digit(counter: Counter) -> None:
    knows_tracking(counter)
    conversation = await track(counter, "123")
    assert (await counter.answered(conversation))[-1].text == shipped().say("tracking.again_phone", "en")


async def test_digits_cannot_be_guessed_however_politely(counter: Counter) -> None:
    knows_tracking(counter)
    counter.records.by_number = {"XM20261001": order()}
    conversation = await track(counter, "001")
    for digits in ("002", "003"):
        await counter.says("hello")
        await counter.until_sleeping()
        counter.clock.move(1)
        await counter.answered(conversation)
        conversation = await track(counter, digits)
    assert (await counter.handed_off(conversation))[0] is Reason.SKILL_FAILED
    await counter.presses("cancel_wait")
    await counter.settled(conversation, lambda view: view.status is Status.PENDING)
    await counter.says("where is my parcel")
    assert (await counter.handed_off(conversation))[0] is Reason.SKILL_FAILED, "not even asked again"


async def test_pressing_back_to_the_assistant_twice_calls_nobody(counter: Counter) -> None:
    conversation = await counter.says("轉人工")
    await counter.handed_off(conversation)
    for _ in range(2):
        await counter.presses("cancel_wait")
        await counter.settled(conversation, lambda view: view.status is Status.PENDING)
    await counter.answered(conversation)
    await counter.inbound.rerun(conversation)
    assert (await counter.database.read(inbox.transcript, conversation)).conversation.status is Status.PENDING


async def test_a_question_right_behind_a_button_is_answered(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    counter.nlu.means("退貨期限多久", ("return_policy", 0.9), ("greet", 0.02))
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    await asyncio.gather(counter.presses("helpful", "yes", episode=1), counter.says("退貨期限多久"))
    messages = await counter.answered(conversation)
    await counter.inbound.drain(DEADLINE_S)
    said = [m.text for m in messages if m.author == "bot"]
    assert any("7" in text and "退" in text for text in said[1:]), "the question must not be swallowed"


async def test_shop_records_that_do_not_answer_mean_a_person(counter: Counter) -> None:
    knows_tracking(counter)
    counter.records.down = True
    conversation = await track(counter, "123")
    assert (await counter.handed_off(conversation))[0] is Reason.SKILL_FAILED


def filled(name: str, episode: int = 1, **values: str) -> InboundMessage:
    return a.inbound(content=Filled(name, values, " · ".join(values.values()), episode))


async def test_a_form_gives_everything_a_skill_needs_at_once(counter: Counter) -> None:
    knows_tracking(counter)
    counter.nlu.means("XM20261001 · 123", ("out_of_scope", 0.2), ("greet", 0.1), order_id="XM20261001")
    counter.records.by_number = {"XM20261001": order()}
    conversation = await counter.says("where is my parcel")
    asked = (await counter.answered(conversation))[-1]
    assert asked.form is not None
    assert [field.name for field in asked.form.fields] == ["order_id", "phone_tail"]
    await counter.sends(filled("tracking", order_id="XM20261001", phone_tail="123"))
    assert "XM20261001" in (await counter.answered(conversation))[-2].text


async def test_a_form_with_wrong_digits_is_no_easier_to_guess(counter: Counter) -> None:
    knows_tracking(counter)
    counter.records.by_number = {"XM20261001": order()}
    conversation = await counter.says("where is my parcel")
    await counter.answered(conversation)
    for digits in ("001", "002", "003"):
        counter.nlu.means(f"XM20261001 · {digits}", ("greet", 0.1), ("thanks", 0.1), order_id="XM20261001")
        await counter.sends(filled("tracking", order_id="XM20261001", phone_tail=digits))
        if digits != "003":
            assert (await counter.answered(conversation))[-1].text == shipped().say("tracking.again_phone", "en")
    assert (await counter.handed_off(conversation))[0] is Reason.SKILL_FAILED


async def resolved_by_a_person(counter: Counter, *, there: bool) -> tuple[int, int]:
    """A conversation an agent has just closed; the agent's console is open or not."""
    conversation = await counter.says("轉人工")
    await counter.handed_off(conversation)
    agent = await counter.database.write(a.agent, counter.clock.now())
    if there:
        await counter.database.write(presence.console_is_open, agent, counter.clock.now())
    await counter.database.write(desk.claim, conversation, agent, counter.clock.now())
    await counter.database.write(desk.agent_reply, conversation, agent, "reply-01", "done", counter.clock.now())
    await counter.database.write(desk.resolve, conversation, agent, 99, counter.clock.now())
    return conversation, agent


@pytest.mark.parametrize("there", [True, False])
async def test_who_writes_again_soon_gets_a_person_and_the_same_one_if_there(counter: Counter, there: bool) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation, agent = await resolved_by_a_person(counter, there=there)
    await counter.says(FILM)
    assert (await counter.handed_off(conversation))[0] is Reason.REOPENED
    told = (await counter.database.read(inbox.transcript, conversation)).conversation
    assert told.assignee_id == (agent if there else None)


async def test_a_word_of_thanks_after_the_end_reopens_nothing_for_people(counter: Counter) -> None:
    counter.nlu.means("謝謝", ("thanks", 0.95), ("greet", 0.02))
    conversation, _ = await resolved_by_a_person(counter, there=True)
    await counter.says("謝謝")
    await counter.until_sleeping()
    counter.clock.move(1)
    messages = await counter.answered(conversation)
    assert messages[-1].text == shipped().say("social.thanks", "zh-TW")


async def test_who_writes_again_much_later_gets_the_bot(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation, _ = await resolved_by_a_person(counter, there=True)
    counter.clock.move(SHOP.reopen_hours * 3600 + 1)
    await counter.says(FILM)
    assert "**" in (await counter.answered(conversation))[-1].text


async def test_out_of_hours_the_customer_hears_when_somebody_comes(counter: Counter) -> None:
    counter.clock.move(12 * 3600)  # 23:00 in Taipei
    conversation = await counter.says("轉人工")
    _, messages = await counter.handed_off(conversation)
    assert "明天 09:00" in messages[-1].text
    assert "馬上" not in messages[-1].text


async def test_a_wish_that_counts_only_before_dispatch_comes_first(counter: Counter) -> None:
    counter.nlu.means("幫我取消訂單 XM20261001", ("cancel_order", 0.4), ("cancel_return", 0.01), order_id="XM20261001")
    counter.records.by_number = {"XM20261001": order()}
    conversation = await counter.says("幫我取消訂單 XM20261001")
    await counter.until_sleeping()
    counter.clock.move(1)
    await counter.handed_off(conversation)
    assert (await counter.database.read(inbox.conversation_view, conversation)).priority is Priority.HIGH


async def test_the_same_wish_after_dispatch_waits_its_turn(counter: Counter) -> None:
    counter.nlu.means("幫我取消訂單 XM20261001", ("cancel_order", 0.4), ("cancel_return", 0.01), order_id="XM20261001")
    counter.records.by_number = {"XM20261001": replace(order(), state="shipped")}
    conversation = await counter.says("幫我取消訂單 XM20261001")
    await counter.until_sleeping()
    counter.clock.move(1)
    await counter.handed_off(conversation)
    assert (await counter.database.read(inbox.conversation_view, conversation)).priority is Priority.NORMAL


async def test_the_agent_sees_which_order_the_customer_has_proved(counter: Counter) -> None:
    knows_tracking(counter)
    counter.records.by_number = {"XM20261001": order()}
    conversation = await track(counter, "123")
    await counter.answered(conversation)
    await counter.presses("person")
    await counter.handed_off(conversation)
    asked = (await counter.database.read(inbox.transcript, conversation)).asked
    assert asked is not None and asked.packet["proved"] == ["XM20261001"]


async def test_an_order_number_alone_asks_where_it_is(counter: Counter) -> None:
    knows_tracking(counter)
    conversation = await counter.says("XM20261001", locale="en")
    await counter.until_sleeping()
    counter.clock.move(1)
    assert (await counter.answered(conversation))[-1].text == shipped().say("tracking.ask_phone", "en")


async def test_an_order_number_behind_an_article_is_for_a_person(counter: Counter) -> None:
    """The article may have asked for it: what is to be done with it is not ours to guess."""
    knows_tracking(counter)
    counter.nlu.means("退貨期限多久", ("return_policy", 0.9), ("greet", 0.02))
    conversation = await counter.says("退貨期限多久")
    await counter.answered(conversation)
    await counter.says("XM20261001")
    await counter.until_sleeping()
    counter.clock.move(1)
    await counter.handed_off(conversation)
    asked = (await counter.database.read(inbox.transcript, conversation)).asked
    assert asked is not None and asked.packet["entities"]["order_id"] == "XM20261001"


BURNT = "the charger is on fire and burnt my hand"


async def test_words_under_a_picture_tell_how_grave_it_is(counter: Counter) -> None:
    counter.nlu.means(BURNT, ("safety_issue", 0.9), ("greet", 0.01))
    conversation = await counter.sends(a.inbound(content=Media("image", BURNT)))
    assert (await counter.handed_off(conversation))[0] is Reason.SAFETY


async def test_words_right_behind_a_picture_count_as_well(counter: Counter) -> None:
    counter.nlu.means(BURNT, ("safety_issue", 0.9), ("greet", 0.01))
    conversation = await counter.sends(a.inbound(content=Media("image")))
    await counter.until_sleeping()
    await counter.says(BURNT)
    assert (await counter.handed_off(conversation))[0] is Reason.SAFETY


async def test_a_corrected_order_number_is_not_read_as_phone_digits(counter: Counter) -> None:
    knows_tracking(counter)
    counter.nlu.means("XM20261002", ("out_of_scope", 0.2), ("greet", 0.1), order_id="XM20261002")
    counter.records.by_number = {"XM20261002": order("XM20261002", "0900000345")}
    conversation = await track(counter, "345")
    await counter.says("XM20261002")
    assert (await counter.answered(conversation))[-1].text == shipped().say("tracking.ask_phone", "en")
    await counter.says("345")
    assert "XM20261002" in (await counter.answered(conversation))[-1].text


async def test_a_form_filled_with_nonsense_is_asked_again_and_then_a_person_comes(counter: Counter) -> None:
    knows_tracking(counter)
    conversation = await counter.says("where is my parcel")
    await counter.answered(conversation)
    for _ in range(3):
        await counter.sends(filled("tracking", order_id="no idea", phone_tail="?"))
        await counter.inbound.drain(DEADLINE_S)
    assert (await counter.handed_off(conversation))[0] is Reason.SKILL_FAILED


@pytest.mark.parametrize(("name", "value", "opens"), [("helpful", "no", True), ("helpful", "yes", False)])
async def test_a_button_left_over_from_the_bot_still_gets_a_person_after_the_end(
    counter: Counter, name: str, value: str, opens: bool
) -> None:
    conversation, _ = await resolved_by_a_person(counter, there=False)
    token = Buttons("k" * 40).token(Button("label", name, value), conversation, 1)
    read = Buttons("k" * 40).read(token)
    assert read is not None
    await counter.sends(a.inbound(content=read[0]))
    await counter.inbound.drain(DEADLINE_S)
    told = (await counter.database.read(inbox.transcript, conversation)).conversation
    assert (told.status is Status.OPEN) is opens


async def test_never_mind_does_not_open_what_is_closed(counter: Counter) -> None:
    conversation, _ = await resolved_by_a_person(counter, there=False)
    await counter.presses("cancel_wait")
    told = (await counter.database.read(inbox.transcript, conversation)).conversation
    assert told.status is Status.RESOLVED


async def test_the_agent_reads_what_did_not_help(counter: Counter) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    conversation = await counter.says(FILM)
    await counter.answered(conversation)
    await counter.presses("helpful", "no", episode=1)
    await counter.handed_off(conversation)
    asked = (await counter.database.read(inbox.transcript, conversation)).asked
    assert asked is not None and asked.packet["summary"] == FILM

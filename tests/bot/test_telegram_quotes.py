"""Answers to a certain message: what a customer quotes is shown to agents, and what an agent quotes to the customer."""

from typing import Any

from handoff import inbox
from handoff.console import views
from handoff.values import MessageView, Quote
from tests import pictures, telegram
from tests.bot.test_telegram_desk import Team, api, team
from tests.telegram import Customer
from tests.telegram_groups import Teammate

assert api and team, "fixtures"


async def called(team: Team) -> tuple[Customer, Teammate, int]:
    """A customer on Telegram who waits for a person, an agent, and the topic."""
    mei = await team.mate("Mei", 900)
    ann = Customer(team.api, 77, "Ann", "en")
    await ann.says("/human")
    return ann, mei, await team.api.shows("Ann")


def mirrored(team: Team, part: str) -> dict[str, Any]:
    group = team.api.group().messages.values()
    return next(m for m in reversed(list(group)) if m["from"] is telegram.BOT and part in m.get("text", ""))


async def messages(team: Team) -> tuple[MessageView, ...]:
    view = await team.database.read(inbox.customer_conversation, "telegram", "77")
    assert view is not None
    return await team.messages(view.id)


def below(ann: Customer, words: str) -> int | None:
    """Which message in their chat the bot's words answer."""
    told = ann.told(words)
    assert told is not None
    answered = told.get("reply_parameters")
    return answered["message_id"] if answered else None


async def test_what_a_customer_answers_stands_above_their_words_in_the_topic_and_the_console(team: Team) -> None:
    ann, mei, thread = await called(team)
    await mei.writes("Which one,\nthe blue " + "x" * 200, thread)
    await ann.sees("Which one")
    await ann.replies(ann.told("Which one") or {}, "this one")
    await team.api.shows("this one", thread)
    quote = "Mei Which one, the blue " + "x" * 95 + "…"
    shown = mirrored(team, "this one")
    # What was waiting may stand above it in the same message.
    assert shown["text"].endswith(f"👤 Ann\n{quote}\nthis one")
    assert [entity["type"] for entity in shown["entities"]][-2:] == ["bold", "blockquote"]
    message = (await messages(team))[-1]
    assert (message.text, message.quoted) == ("this one", Quote(quote))
    assert views.message(message).quoted == quote


async def test_a_chosen_part_counts_a_picture_is_named_and_an_edit_keeps_it(team: Team) -> None:
    ann, mei, thread = await called(team)
    await mei.sends("photo", pictures.png(), thread)
    await team.api.until(lambda: any("file" in m for m in ann.chat.messages.values()))
    await ann.replies(next(m for m in ann.chat.messages.values() if "file" in m), "nice")
    await team.api.shows("👤 Ann\n📎 photo.jpg\nnice", thread)
    await mei.writes("red or blue?", thread)
    await ann.sees("red or blue?")
    said = await ann.replies(ann.told("red or blue?") or {}, "yes", "blue?")
    await team.api.shows("👤 Ann\nblue?\nyes", thread)
    await ann.edits(said, "yes, please")
    await team.api.shows("👤 Ann\nblue?\nyes, please", thread)


async def test_what_an_agent_answers_in_the_topic_is_pointed_to_in_the_customers_chat(team: Team) -> None:
    ann, mei, thread = await called(team)
    theirs = await ann.says("one")
    await team.api.shows("one", thread)
    await ann.says("two")
    await team.api.shows("two", thread)
    mine = await mei.replies(mirrored(team, "one"), "about one", thread)
    await ann.sees("about one")
    assert below(ann, "about one") == theirs["message_id"]
    await mei.writes("about nothing", thread)
    await ann.sees("about nothing")
    assert below(ann, "about nothing") is None
    await mei.replies(mine, "see above", thread)
    await ann.sees("see above")
    assert below(ann, "see above") == (ann.told("about one") or {})["message_id"]
    quoted = [m.quoted.text if m.quoted else None for m in await messages(team) if m.author == "agent"]
    assert quoted == ["one", None, "about one"]


async def test_of_several_in_one_message_the_chosen_words_are_meant_or_the_customers(team: Team) -> None:
    ann, mei, thread = await called(team)
    await team.api.shows("ℹ️", thread)
    several = mirrored(team, "ℹ️")
    [asked, notice] = [m.text for m in await messages(team) if m.text]
    assert asked in several["text"] and notice in several["text"]
    await mei.replies(several, "you called", thread)
    await ann.sees("you called")
    assert below(ann, "you called") == next(iter(ann.chat.messages))
    await mei.replies(several, "here I am", thread, notice[:20])
    await ann.sees("here I am")
    assert below(ann, "here I am") == (ann.told(notice[:20]) or {})["message_id"]


async def test_what_is_answered_may_be_gone_or_nobodys_and_a_note_is_never_quoted(team: Team) -> None:
    ann, mei, thread = await called(team)
    gone = await ann.says("look")
    await team.api.shows("look", thread)
    del ann.chat.messages[gone["message_id"]]
    await mei.replies(mirrored(team, "look"), "at what?", thread)
    await ann.sees("at what?")
    assert below(ann, "at what?") == gone["message_id"]
    note = await mei.writes("/note she means the blue one", thread)
    await mei.replies(note, "the blue one?", thread)
    await mei.replies(gone | {"message_id": 99_999}, "or the red?", thread)
    await ann.sees("or the red?")
    assert below(ann, "the blue one?") is None and below(ann, "or the red?") is None
    quoted = [m.text for m in await messages(team) if m.author == "agent" and m.quoted]
    assert quoted == ["at what?"]

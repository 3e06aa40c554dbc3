"""Which team has a matter, who is given it, and what happens to who says nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.assignment import Candidate, Matter, Rules, Step, TeamRules, choose, first_look, responsible, route, step

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MEI, JUN, ANA = 1, 2, 3

RETURNS = TeamRules(10, intents=frozenset({"request_return", "damaged_item"}))
RETURNS_IN_ENGLISH = TeamRules(11, intents=frozenset({"request_return"}), languages=frozenset({"en"}))
ENGLISH = TeamRules(12, languages=frozenset({"en"}))
CARE = TeamRules(13, reasons=frozenset({"complaint", "safety"}))
IDLE = TeamRules(14)
FRONT = TeamRules(15, fallback=True)
TEAMS = (RETURNS, RETURNS_IN_ENGLISH, ENGLISH, CARE, IDLE, FRONT)


def an_agent(agent_id: int = MEI, *, online: bool = True, open: int = 0, capacity: int = 4) -> Candidate:
    return Candidate(agent_id, online, open, capacity)


@pytest.mark.parametrize(
    ("reason", "intent", "language", "team"),
    [
        ("low_confidence", "request_return", "zh-TW", RETURNS),
        ("low_confidence", "request_return", "en", RETURNS_IN_ENGLISH),
        ("no_article", "invoice", "en", ENGLISH),
        ("complaint", "invoice", "zh-TW", CARE),
        ("complaint", "request_return", "zh-TW", RETURNS),
        ("complaint", "invoice", "en", CARE),
        ("no_article", "invoice", "zh-TW", FRONT),
        ("swept", None, None, FRONT),
    ],
)
def test_a_conversation_belongs_to_the_team_that_says_most_about_it(
    reason: str, intent: str | None, language: str | None, team: TeamRules
) -> None:
    assert route(reason, intent, language, TEAMS) == team.id


def test_without_teams_or_a_fallback_it_belongs_to_nobody() -> None:
    assert route("complaint", "invoice", "en", ()) is None
    assert route("no_article", "invoice", "zh-TW", (RETURNS, IDLE)) is None


def test_the_fallback_helps_out_only_while_nobody_of_the_team_is_there() -> None:
    teams = {10: replace(RETURNS, members=frozenset({MEI})), 15: replace(FRONT, members=frozenset({JUN}))}
    there, busy, gone = an_agent(MEI), an_agent(MEI, open=4), an_agent(MEI, online=False)
    assert responsible(10, teams, [there, an_agent(JUN)]) == [there]
    assert responsible(10, teams, [busy, an_agent(JUN)]) == [busy]
    assert responsible(10, teams, [gone, an_agent(JUN)]) == [an_agent(JUN)]
    assert responsible(None, teams, [there, an_agent(JUN)]) == [there, an_agent(JUN)]


@pytest.mark.parametrize(
    ("mei", "jun", "given_to"),
    [
        (an_agent(MEI, online=False), an_agent(JUN, open=3), JUN),
        (an_agent(MEI, open=4), an_agent(JUN, open=3), JUN),
        (an_agent(MEI, open=4), an_agent(JUN, open=5), None),
        (replace(an_agent(MEI), languages=frozenset({"zh-TW"})), an_agent(JUN, open=3), JUN),
        (replace(an_agent(MEI), languages=frozenset({"zh-TW"})), an_agent(JUN, open=4), MEI),
        (an_agent(MEI), replace(an_agent(JUN, open=3), skills=frozenset({"invoice"})), JUN),
        (
            replace(an_agent(MEI), languages=frozenset({"zh-TW"}), skills=frozenset({"invoice"})),
            replace(an_agent(JUN, open=3), languages=frozenset({"en"})),
            JUN,
        ),
        (an_agent(MEI, open=2), an_agent(JUN, open=1), JUN),
        (an_agent(MEI, open=2, capacity=8), an_agent(JUN, open=1, capacity=2), MEI),
        (replace(an_agent(MEI), last_assigned_at=NOW), an_agent(JUN), JUN),
        (
            replace(an_agent(MEI), last_assigned_at=NOW),
            replace(an_agent(JUN), last_assigned_at=NOW - timedelta(minutes=1)),
            JUN,
        ),
        (an_agent(MEI), an_agent(JUN), MEI),
    ],
)
def test_an_english_invoice_is_given_to(mei: Candidate, jun: Candidate, given_to: int | None) -> None:
    assert choose(Matter("en", "invoice"), [mei, jun]) == given_to


def test_it_never_comes_back_to_who_passed_it_on() -> None:
    assert choose(Matter(passed_by=frozenset({MEI})), [an_agent(MEI)]) is None


def test_who_was_silent_is_asked_again_only_where_nobody_else_is_there() -> None:
    silent = Matter(silent=frozenset({MEI}))
    assert choose(silent, [an_agent(MEI), an_agent(JUN, open=3)]) == JUN
    assert choose(silent, [an_agent(MEI), an_agent(JUN, open=4)]) is None
    assert choose(silent, [an_agent(MEI), an_agent(JUN, online=False)]) == MEI


candidates = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 6),
        st.booleans(),
        st.integers(0, 4),
        st.integers(1, 4),
        st.frozensets(st.sampled_from(["zh-TW", "zh-CN", "en"])),
        st.frozensets(st.sampled_from(["invoice", "warranty"])),
        st.none() | st.integers(0, 5).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    ),
    unique_by=lambda candidate: candidate.id,
)
some = st.frozensets(st.integers(1, 6), max_size=2)
matters = st.builds(Matter, st.sampled_from([None, "en", "zh-TW"]), st.sampled_from([None, "invoice"]), some, some)


@given(matters, candidates)
def test_only_who_is_there_with_room_and_willing_is_given_anything(matter: Matter, there: list[Candidate]) -> None:
    chosen = next((c for c in there if c.id == choose(matter, there)), None)
    willing = [c for c in there if c.online and c.id not in matter.passed_by]
    if chosen is None:
        assert not [c for c in willing if c.is_free and c.id not in matter.silent]
        return
    assert chosen.online and chosen.open < chosen.capacity and chosen.id not in matter.passed_by
    if chosen.id in matter.silent:
        assert all(c.id in matter.silent for c in willing)


@given(matters, candidates, st.randoms(use_true_random=False))
def test_the_choice_does_not_hang_on_the_order_of_the_candidates(
    matter: Matter, there: list[Candidate], chance: object
) -> None:
    shuffled = list(there)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(matter, there) == choose(matter, shuffled)


@given(matters, candidates)
def test_nobody_waits_behind_somebody_who_does_not_speak_the_language(matter: Matter, there: list[Candidate]) -> None:
    chosen = next((c for c in there if c.id == choose(matter, there)), None)
    if chosen is None or matter.language is None or not chosen.languages or matter.language in chosen.languages:
        return
    others = [c for c in there if c.is_free and c.id not in matter.passed_by | matter.silent]
    assert all(c.languages and matter.language not in c.languages for c in others)


@given(st.integers(1, 5), st.integers(1, 30))
def test_turns_are_taken(agents: int, conversations: int) -> None:
    there = {n: an_agent(n, capacity=99) for n in range(1, agents + 1)}
    for minute in range(conversations):
        chosen = choose(Matter(), list(there.values()))
        assert chosen is not None
        there[chosen] = replace(
            there[chosen], open=there[chosen].open + 1, last_assigned_at=NOW + timedelta(minutes=minute)
        )
    loads = [agent.open for agent in there.values()]
    assert max(loads) - min(loads) <= 1


@pytest.mark.parametrize(
    ("elapsed_s", "reminded", "due", "again_s"),
    [
        (0, 0, "wait", 60),
        (59, 0, "wait", 1),
        (60, 0, "remind", 60),
        (60, 1, "wait", 60),
        (130, 0, "remind", 50),
        (130, 1, "remind", 50),
        (130, 2, "wait", 50),
        (180, 2, "reassign", 0),
        (900, 0, "reassign", 0),
    ],
)
def test_the_ladder_of_who_says_nothing(elapsed_s: int, reminded: int, due: Step, again_s: int) -> None:
    assert step(timedelta(seconds=elapsed_s), reminded, Rules()) == (due, timedelta(seconds=again_s))


def test_without_reminders_the_first_look_is_the_last() -> None:
    assert first_look(Rules()) == timedelta(seconds=60)
    assert first_look(Rules(remind_after=())) == Rules().reassign_after

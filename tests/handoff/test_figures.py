"""One story of fourteen customers, and what its figures must be, worked out by hand.

The shop is open from 9 to 21 in Taipei. Shown are Monday the 16th to Wednesday the 18th; it is Wednesday, 13:00.

| who | what happened | first | asked | resolved | 3 min | 24 h |
|---|---|---|---|---|---|---|
| Zoe | asks on Sunday at 23:59:59 and waits: the period before | | | | | |
| Ann | writes 10:00:00, queued :05, Mei 10:01:05, done 10:10:05; five stars | 60 | 65 | 600 | yes | yes |
| Bo | queued 11:00:00 for safety, Mei 11:04:00; again 11:05, Mei 11:07; to the bot 11:10 | 240 | 240 | 600 | no | yes |
| Cat | writes 20:58:00, queued :30, Jun on Tuesday 9:02:00, due 9:01:30 | 43410 | 43440 | | no | yes |
| Dan | queued 20:59:00, Jun on Tuesday 9:01:30, due 9:02:00; done 10:00 | 43350 | 43350 | 46860 | yes | yes |
| Eve | queued 23:00, while closed; goes back to the bot after five minutes | gone | | | | |
| Jon | "no, that's not it" 12:00:20, queued :30, Mei 12:01:30; then silence | 60 | 70 | 60 | yes | yes |
| Fay | queued Tuesday 12:00 and still waits | | | | no | no |
| Gus | queued Tuesday 12:30:00, closed by Mei a minute later without a word | gone | | | | |
| Mia | answered by the bot on Tuesday, queued 10:05:00, Mei 10:06:00 | 60 | 60 | | yes | yes |
| Hal | answered by the bot: "yes"; four stars for the bot | | | | | |
| Ida | answered by the bot; silence | | | | | |
| Kim | answered by the bot; silence; back on Wednesday within the window, and answered | | | | | |
| Lea | answered by the bot on Monday 13:00; not silent for long enough yet | | | | | |

Jon's and Mia's matters are those of the team "returns", which Fay is passed to as well; the others are of no team.
A lead reviews Ann's (5 5 5) and Dan's (4 4 3) on Wednesday. Ann's and Bo's are about earbuds, Hal's and Jon's about a
mug; of the others nobody knows.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import db, desk, inbox, reviews
from handoff.business_hours import BusinessHours
from handoff.db import Database
from handoff.desk import review, teams
from handoff.desk.review import Scored, Wish
from handoff.desk.teams import TeamView
from handoff.figures.report import report
from handoff.figures.values import NOTHING, Bot, By, Figures, Group, Report, Reviewed, Scores, Share, Wait, Wanted
from handoff.models import Contact, Conversation
from handoff.periods import OpenSpan, before, day_after, open_spans, periods
from handoff.ports import LocalWakeups
from handoff.values import RATE, Action, Outgoing, Reason
from tests import builders as a
from tests.conftest import postgres_database

TAIPEI = ZoneInfo("Asia/Taipei")
HOURS = BusinessHours(TAIPEI, {day: [(time(9), time(21))] for day in range(7)}, {})
SILENCE, BACK = timedelta(hours=48), timedelta(hours=72)


def at(moment: str) -> datetime:
    """`"16 10:00:05"`: that day of November, by the shop's clock."""
    return datetime.fromisoformat(f"2026-11-{moment}").replace(tzinfo=TAIPEI).astimezone(UTC)


NOW = at("18 13:00")
RETURNS = TeamView(
    id=0,
    key="returns",
    names={"en": "Returns"},
    reasons=("not_helpful", "customer_request"),
    intents=(),
    languages=(),
    members=(),
    automatic=False,
    fallback=False,
    active=True,
)
NOON = BusinessHours(TAIPEI, {day: [(time(12), time(13))] for day in range(7)}, {})


class Story:
    """Tells the story into one session, each thing at its time."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.mei, self.jun = (a.agent(session, at("10 09:00"), name) for name in ("Mei", "Jun"))
        self.returns = teams.put(session, RETURNS, at("10 09:00")).id

    def asks(self, who: str, wrote: str) -> int:
        return a.write(self.session, at(wrote), contact=who).conversation_id

    def queued(self, who: str, wrote: str, queued: str = "", reason: Reason = Reason.LOW_CONFIDENCE) -> int:
        conversation = self.asks(who, wrote)
        self.handed_off(conversation, queued or wrote, reason)
        return conversation

    def handed_off(self, conversation: int, queued: str, reason: Reason) -> None:
        a.hand_off(self.session, at(queued), a.fence(self.session, conversation), reason)

    def answered_by_bot(self, who: str, moment: str) -> int:
        conversation = self.asks(who, moment)
        a.answer(self.session, at(moment), a.fence(self.session, conversation))
        return conversation

    def says_helped(self, conversation: int, who: str, moment: str, *, helped: bool) -> None:
        message = a.press("helpful", "yes" if helped else "no", contact=who)
        desk.judge_answer(self.session, message, at(moment), helped=helped)

    def claimed(self, conversation: int, agent: int, moment: str) -> None:
        desk.claim(self.session, conversation, agent, at(moment))

    def replied(self, conversation: int, agent: int, moment: str) -> None:
        self.claimed(conversation, agent, moment)
        desk.agent_reply(self.session, conversation, agent, f"r{moment}", "here I am", at(moment))

    def ended(self, conversation: int, agent: int, moment: str, verb: Callable[..., None] = desk.resolve) -> None:
        seen = inbox.conversation_view(self.session, conversation).last_seq
        verb(self.session, conversation, agent, seen, at(moment))

    def stars(self, who: str, score: int, moment: str) -> None:
        desk.rate(self.session, a.inbound(contact=who, content=Action(RATE, str(score), episode=1)), at(moment))

    def reviewed(self, scores: Mapping[str, tuple[int, int, int]], moment: str) -> None:
        """A lead draws whatever there is and scores it by who had it; a second one only draws."""
        for lead in (a.agent(self.session, at("10 09:00"), name) for name in ("Rae", "Lou")):
            review.draw(self.session, lead, Wish(20, 30), (), 1, at(moment))
            for one in reviews.to_do(self.session, lead) if scores else ():
                review.save(self.session, one.id, lead, Scored(*scores[one.agent], {}, ""), at(moment))
            scores = {}

    def about(self, products: Mapping[str, str]) -> None:
        """The first message of each names a product."""
        for who, product in products.items():
            key = select(Contact.id).where(Contact.key == who).scalar_subquery()
            conversation = self.session.scalars(select(Conversation.id).where(Conversation.contact_id == key)).one()
            desk.name_product(self.session, conversation, 1, product)

    def silence_ends(self, moment: str) -> None:
        desk.close_silent(self.session, at(moment), SILENCE)


def tell(session: Session) -> None:
    it = Story(session)
    it.queued("zoe", "15 23:59:59")
    ann = it.queued("ann", "16 10:00:00", "16 10:00:05")
    it.replied(ann, it.mei, "16 10:01:05")
    it.ended(ann, it.mei, "16 10:10:05")
    it.stars("ann", 5, "16 10:11:00")
    bo = it.queued("bo", "16 11:00:00", reason=Reason.SAFETY)
    it.replied(bo, it.mei, "16 11:04:00")
    it.asks("bo", "16 11:05:00")
    it.replied(bo, it.mei, "16 11:07:00")
    it.ended(bo, it.mei, "16 11:10:00", desk.hand_back)
    cat = it.queued("cat", "16 20:58:00", "16 20:58:30")
    it.replied(cat, it.jun, "17 09:02:00")
    dan = it.queued("dan", "16 20:59:00")
    it.replied(dan, it.jun, "17 09:01:30")
    it.ended(dan, it.jun, "17 10:00:00")
    eve = it.queued("eve", "16 23:00:00")
    desk.cancel_wait(session, eve, (Outgoing("I am here."),), at("16 23:05:00"))
    fay = it.queued("fay", "17 12:00:00")
    desk.transfer(session, fay, it.mei, None, None, at("17 12:10"), team_id=it.returns, anybodys=True)
    gus = it.queued("gus", "17 12:30:00")
    it.claimed(gus, it.mei, "17 12:30:30")
    it.ended(gus, it.mei, "17 12:31:00")
    _bots_part(session, it)


def _bots_part(session: Session, it: Story) -> None:
    hal = it.asks("hal", "16 10:00:00")
    a.answer(session, at("16 10:00:01"), a.fence(session, hal))
    it.says_helped(hal, "hal", "16 10:01:00", helped=True)
    fence = a.fence(session, hal)
    glad = a.words("Great.")
    desk.reply(session, fence, glad, at("16 10:01:01"), decision={}, memory={}, language="en", asks_rating=True)
    it.stars("hal", 4, "16 10:02:00")
    it.answered_by_bot("ida", "16 10:30:00")
    jon = it.answered_by_bot("jon", "16 12:00:00")
    it.says_helped(jon, "jon", "16 12:00:20", helped=False)
    it.handed_off(jon, "16 12:00:30", Reason.NOT_HELPFUL)
    it.replied(jon, it.mei, "16 12:01:30")
    it.answered_by_bot("kim", "16 09:00:00")
    it.answered_by_bot("lea", "16 13:00:00")
    mia = it.answered_by_bot("mia", "17 10:00:00")
    it.asks("mia", "17 10:05:00")
    it.handed_off(mia, "17 10:05:00", Reason.CUSTOMER_REQUEST)
    it.replied(mia, it.mei, "17 10:06:00")
    it.silence_ends("18 09:30")
    it.answered_by_bot("kim", "18 10:00:00")
    it.silence_ends("18 12:30")
    it.reviewed({"Mei": (5, 5, 5), "Jun": (4, 4, 3)}, "18 12:45")
    it.about({"ann": "earbuds", "bo": "earbuds", "hal": "mug", "jon": "mug"})
    it.about({"ann": "kettle"})


@dataclass(frozen=True, slots=True)
class Read:
    """What was counted on one kind of database, the story told once."""

    by: Mapping[By | None, Report]
    sunday: Report
    narrow: Report
    at_noon: Report
    returns: Report
    empty: Report


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    async def counted(url: str) -> Read:
        database = db.connect(url, LocalWakeups())
        empty = await database.read(report, wanted(16, 18), NOW)
        await database.write(tell)
        by: tuple[By | None, ...] = (None, "agent", "team", "channel", "language", "reason", "product")
        found = Read(
            {one: await database.read(report, wanted(16, 18, one), NOW) for one in by},
            await database.read(report, wanted(15, 15), NOW),
            await database.read(report, replace(wanted(16, 16), back_within=timedelta(minutes=29)), NOW),
            await database.read(report, replace(wanted(16, 18, "team"), team_hours=await _noon(database)), NOW),
            await database.read(report, replace(wanted(16, 18), team="returns"), NOW),
            empty,
        )
        await database.close()
        return found

    with _database(request, tmp_path_factory) as url:
        return asyncio.run(counted(url))


async def _noon(database: Database) -> dict[int, tuple[OpenSpan, ...]]:
    """The team is there from noon to one."""
    [returns] = await database.read(teams.listing)
    return {returns.id: open_spans(NOON, at("13 00:00"), at("19 00:00"))}


@contextmanager
def _database(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "postgres":
        template = request.getfixturevalue("migrated_postgres")
        with postgres_database(request.getfixturevalue("postgres_server"), template) as url:
            yield url
    else:
        path = folders.mktemp("figures") / "baton.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"


def wanted(first: int, last: int, by: By | None = None) -> Wanted:
    shown = periods(TAIPEI, date(2026, 11, first), date(2026, 11, last), "day")
    earlier = before(TAIPEI, shown, day_after(shown, "day"))
    return Wanted(shown, earlier, open_spans(HOURS, earlier.since, shown[-1].until), BACK, by)


def test_how_many_were_handed_off_answered_and_lost(read: Read) -> None:
    people = read.by[None].total.people
    # Ann Bo Cat Dan Eve Jon, Fay Gus Mia; answered all but Eve, Fay and Gus; Fay is not lost yet.
    assert (people.handoffs, people.answered, people.abandoned) == (9, 6, 2)


def test_three_minutes_of_opening_hours(read: Read) -> None:
    # Ann, Dan, Jon and Mia; not Bo, Cat and Fay. Eve came while closed, Gus left before it was due.
    assert read.by[None].total.people.soon == Share(4, 7)


def test_twenty_four_hours_by_the_calendar(read: Read) -> None:
    # The six that were answered, and Fay, who has waited for 25 hours.
    assert read.by[None].total.people.in_a_day == Share(6, 7)


def test_waits_are_peoples_by_nearest_rank(read: Read) -> None:
    people = read.by[None].total.people
    assert people.first == Wait(6, 60, 43410)  # 60 60 [60] 240 43350 [43410]
    assert people.asked == Wait(6, 70, 43440)  # 60 65 [70] 240 43350 [43440]
    assert people.resolution == Wait(4, 600, 46860)  # 60 [600] 600 [46860]; Jon's ends with the last word
    assert people.next == Wait(1, 120, 120)  # Bo's second message


def test_what_became_of_the_bots_answers(read: Read) -> None:
    bot = read.by[None].total.bot
    # Hal; Ida; Kim's first; Jon; Mia; Lea and Kim's second.
    scores = Scores(asked=1, given=1, good=1, total=4)
    assert bot == Bot(7, confirmed=1, assumed=1, reopened=1, wrong=1, person=1, running=2, scores=scores)


def test_who_comes_back_later_than_the_window_is_a_new_contact(read: Read) -> None:
    bot = read.narrow.total.bot
    assert (bot.reopened, bot.assumed) == (0, 2)  # Kim was back half an hour after the end


def test_satisfaction_of_agents_and_bot_apart(read: Read) -> None:
    # Ann, Dan and Gus were asked; Bo was in danger and Jon's ended by silence.
    assert read.by[None].total.people.scores == Scores(asked=3, given=1, good=1, total=5)


def test_contacts_are_matters_not_messages(read: Read) -> None:
    # Thirteen customers, and Kim twice; a way back to the bot is the same matter still.
    found = read.by[None]
    assert (found.total.contacts, found.before.contacts) == (14, 1)


def test_days_are_the_shops_and_the_days_before_are_the_baseline(read: Read) -> None:
    found = read.by[None]
    assert [day.people.handoffs for day in found.series] == [6, 3, 0]
    assert [day.bot.answered for day in found.series] == [5, 1, 1]
    assert [day.people.scores.asked for day in found.series] == [1, 2, 0]
    assert found.before.people.handoffs == 1, "Zoe came a second before Monday"
    # By now she has waited for more than a day, and for more than three minutes of Monday's hours.
    assert read.sunday.total.people.in_a_day == Share(0, 1)


def test_reviews_belong_to_the_day_on_which_the_conversation_was_resolved(read: Read) -> None:
    # Ann's on Monday: 100 100 100. Dan's on Tuesday: 75 75 50, 66.7. Gus got no answer, Jon's ended by silence.
    found = read.by[None]
    assert found.total.people.reviews == Reviewed(2, 167)
    assert [day.people.reviews for day in found.series] == [Reviewed(1, 100), Reviewed(1, 67), Reviewed()]
    groups = {group.name: group.figures.people.reviews for group in read.by["agent"].groups}
    assert groups == {"Mei": Reviewed(1, 100), "Jun": Reviewed(1, 67), "": Reviewed()}


def test_by_agent(read: Read) -> None:
    groups = {group.name: group.figures.people for group in read.by["agent"].groups}
    assert {name: people.handoffs for name, people in groups.items()} == {"Mei": 5, "Jun": 2, "": 2}
    assert groups["Jun"].first == Wait(2, 43350, 43410) and groups["Jun"].soon == Share(1, 2)
    assert groups["Mei"].next == Wait(1, 120, 120)
    assert groups["Mei"].scores == Scores(2, 1, 1, 5) and groups["Jun"].scores == Scores(asked=1)


def test_by_team(read: Read) -> None:
    found = _by_name(read.by["team"])
    people = {name: group.figures.people for name, group in found.items()}
    assert {name: (of.handoffs, of.soon) for name, of in people.items()} == {
        "returns": (3, Share(2, 3)),
        "": (6, Share(2, 4)),
    }
    assert found["returns"].figures.people.first == Wait(2, 60, 60)
    assert found[""].figures.people.next == Wait(1, 120, 120) and found[""].figures.people.scores.asked == 3


def test_a_teams_three_minutes_are_those_of_its_own_hours(read: Read) -> None:
    # Of its three Mia came before noon. The others are counted in the shop's hours as before.
    assert read.at_noon.total.people.soon == Share(3, 6)
    assert _by_name(read.at_noon)["returns"].figures.people.soon == Share(1, 2)


def test_of_one_team_only_what_it_did_is_counted(read: Read) -> None:
    found, groups = read.returns, _by_name(read.by["team"])
    assert found.total == Figures(groups["returns"].figures.people), "contacts and the bot belong to no team"
    assert [day.people.handoffs for day in found.series] == [1, 2, 0]
    assert found.reasons == {"customer_request": (1, 0), "low_confidence": (1, 0), "not_helpful": (1, 0)}


def _by_name(found: Report) -> dict[str, Group]:
    return {group.name: group for group in found.groups}


@pytest.mark.parametrize(
    ("by", "handoffs", "answers"),
    [
        ("channel", {"widget": 9}, {"widget": 7}),
        ("language", {"en": 9}, {"en": 7}),
        ("reason", {"low_confidence": 6, "safety": 1, "not_helpful": 1, "customer_request": 1}, {}),
    ],
)
def test_by_everything_else(read: Read, by: By, handoffs: dict[str, int], answers: dict[str, int]) -> None:
    groups = read.by[by].groups
    assert {group.key: group.figures.people.handoffs for group in groups} == handoffs
    assert {group.key: group.figures.bot.answered for group in groups if group.figures.bot.answered} == answers


def test_by_product(read: Read) -> None:
    found = {name: group.figures for name, group in _by_name(read.by["product"]).items()}
    assert {name: (of.people.handoffs, of.people.soon, of.contacts) for name, of in found.items()} == {
        "earbuds": (2, Share(1, 2), 2),  # what Ann named first stays
        "mug": (1, Share(1, 1), 2),
        "": (6, Share(2, 4), 10),
    }
    earbuds, mug = found["earbuds"].people, found["mug"]
    assert (earbuds.first, earbuds.next) == (Wait(2, 60, 240), Wait(1, 120, 120))
    assert (earbuds.scores, earbuds.reviews) == (Scores(1, 1, 1, 5), Reviewed(1, 100))
    assert mug.bot == Bot(2, confirmed=1, wrong=1, scores=Scores(1, 1, 1, 4))


def test_reasons_now_and_before(read: Read) -> None:
    assert read.by[None].reasons == {
        "low_confidence": (6, 1),
        "customer_request": (1, 0),
        "not_helpful": (1, 0),
        "safety": (1, 0),
    }


def test_where_nothing_happened_there_are_no_figures(read: Read) -> None:
    found = read.empty
    assert found == Report(NOTHING, NOTHING, (NOTHING,) * 3, (), {})
    assert found.total == Figures() and found.total.people.first is None

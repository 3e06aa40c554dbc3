"""The change from one model to the next, with a stand-in server that is ready at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nlu import versions
from nlu.calibration import Calibration
from nlu.client import Endpoint
from nlu.errors import NluUnavailable, SetupError
from nlu.live import LiveModel
from nlu.ownership import birth, read_announcement
from nlu.versions import Version
from tests.nlu.conftest import Place, until
from tests.nlu.test_versions import FILES

Ask = Callable[[Endpoint | None], Awaitable[Any]]
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
READY_S = 90.0


class Measuring:
    """Calibrates at once, unless a model is held, or fails as it is told to."""

    def __init__(self) -> None:
        self.held: dict[str, asyncio.Event] = {}
        self.errors: dict[str, list[Exception]] = {}

    async def __call__(self, version: Version, endpoint: Callable[[], Endpoint | None]) -> Calibration:
        answering = endpoint()
        assert answering is not None and answering.model == version.id
        if errors := self.errors.get(version.id):
            raise errors.pop(0)
        if held := self.held.get(version.id):
            await held.wait()
        return Calibration(version.id, "basis", 1)


class Shop:
    """A project, its models, and what serves them; everything is ended after the test."""

    def __init__(self, place: Place) -> None:
        self.data, self.first, self.measuring = place.data, place.version, Measuring()
        self.root = place.server_dir.parents[1]
        for name, content in FILES.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(content)
        self.live = LiveModel(self.root, self.data, self.first, self.measuring)

    def goes_live(self, name: str, behaviour: str = "well") -> Version:
        version = Version(name, self.data / "models" / f"{name}.tar.gz")
        version.path.write_text(behaviour)
        versions.note_maker(self.root, version)
        versions.go_live(self.data, version, NOW)
        return version

    def answers_with(self, name: str) -> bool:
        endpoint = self.live.endpoint()
        return endpoint is not None and endpoint.model == name

    def pid(self, name: str) -> int | None:
        """Of the child that serves a model, if one is announced."""
        announced = read_announcement(self.data / "rasa" / f"child-{name}.json", name)
        return announced.pid if announced else None


@pytest.fixture
async def shop(place: Place) -> AsyncIterator[Shop]:
    shop = Shop(place)
    yield shop
    await shop.live.stop()


async def test_a_model_answers_once_it_is_calibrated_and_not_before(shop: Shop, ask: Ask) -> None:
    shop.measuring.held["m1"] = asyncio.Event()
    await shop.live.start()
    with pytest.raises(NluUnavailable, match=r"no answer after 0\.5 s"):
        await shop.live.wait_ready(0.5)
    await until(lambda: shop.pid("m1") is not None)
    assert (shop.live.ready, shop.live.endpoint(), shop.live.calibration) == (False, None, None)
    assert shop.live.version == shop.first
    shop.measuring.held["m1"].set()
    await shop.live.wait_ready(READY_S)
    assert shop.answers_with("m1")
    assert shop.live.calibration == Calibration("m1", "basis", 1)
    assert (await ask(shop.live.endpoint()))["pid"] == shop.pid("m1")


async def test_another_model_takes_over_without_a_gap_and_the_old_one_may_finish(shop: Shop, ask: Ask) -> None:
    shop.measuring.held["m2"] = asyncio.Event()
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    old = shop.live.endpoint()
    shop.goes_live("m2")
    await until(lambda: shop.pid("m2") is not None)
    answers = 0

    async def changed() -> bool:
        nonlocal answers
        assert await ask(shop.live.endpoint()) is not None
        calibration, endpoint = shop.live.calibration, shop.live.endpoint()
        assert calibration is not None and endpoint is not None and calibration.model == endpoint.model
        answers += 1
        if answers == 10:
            assert shop.answers_with("m1")
            shop.measuring.held["m2"].set()
        return shop.answers_with("m2")

    await until(changed)
    assert answers >= 10
    assert shop.live.version.id == "m2"
    assert await ask(old) is not None


async def test_a_model_that_does_not_start_is_refused_and_the_old_one_stays(shop: Shop, ask: Ask) -> None:
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    old = shop.live.endpoint()
    shop.goes_live("m2", "badly")
    await until((shop.data / "rasa" / "owner-m2.lock").exists)
    shop.goes_live("m3")
    # The third is taken only after the second was given up.
    await until(lambda: shop.answers_with("m3"))
    assert shop.pid("m2") is None
    assert await ask(old) is not None


async def test_a_model_that_cannot_be_measured_is_refused_and_its_child_ended(shop: Shop) -> None:
    shop.measuring.errors["m2"] = [NluUnavailable("gone")]
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    shop.goes_live("m2")
    await until(lambda: not shop.measuring.errors["m2"])
    await until(lambda: shop.pid("m2") is None)
    assert shop.answers_with("m1")


@pytest.mark.parametrize("error", [NluUnavailable("gone"), OSError("disk full")])
async def test_the_first_model_is_tried_again_after_who_waits_has_been_told(shop: Shop, error: Exception) -> None:
    shop.measuring.errors["m1"] = [error]
    await shop.live.start()
    with pytest.raises((NluUnavailable, SetupError), match=str(error)):
        await shop.live.wait_ready(READY_S)
    await until(lambda: shop.live.ready)
    await shop.live.wait_ready(0)


async def test_a_list_of_models_that_cannot_be_read_changes_nothing(shop: Shop) -> None:
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    looked = shop.data / "models" / versions.LIVE
    looked.mkdir()  # reading it fails as an unreadable disk does
    await asyncio.sleep(2.5)  # one look
    assert shop.answers_with("m1")
    looked.rmdir()
    looked.write_text("nonsense")
    await asyncio.sleep(2.5)
    assert shop.answers_with("m1")
    looked.unlink()
    shop.goes_live("m2")
    await until(lambda: shop.answers_with("m2"))


async def test_a_model_that_goes_live_again_at_once_is_not_ended_by_its_own_farewell(shop: Shop, ask: Ask) -> None:
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    first = shop.pid("m1")
    assert first is not None
    shop.goes_live("m2")
    await until(lambda: shop.answers_with("m2"))
    shop.goes_live("m1")

    async def back() -> bool:
        assert await ask(shop.live.endpoint()) is not None
        return shop.answers_with("m1")

    await until(back, timeout_s=120)
    assert birth(first) is None
    assert (await ask(shop.live.endpoint()))["pid"] == shop.pid("m1")


async def test_stopping_ends_the_new_child_and_the_one_that_is_still_finishing(shop: Shop) -> None:
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    shop.goes_live("m2")
    await until(lambda: shop.answers_with("m2"))
    pids = shop.pid("m1"), shop.pid("m2")
    await shop.live.stop()
    assert [birth(pid) for pid in pids if pid is not None] == [None, None]
    assert not shop.live.ready


async def test_stopping_in_the_middle_of_a_change_ends_both_children(shop: Shop) -> None:
    shop.measuring.held["m2"] = asyncio.Event()
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    shop.goes_live("m2")
    await until(lambda: shop.pid("m2") is not None)
    pids = shop.pid("m1"), shop.pid("m2")
    await shop.live.stop()
    assert [birth(pid) for pid in pids if pid is not None] == [None, None]


async def test_stopping_before_the_first_model_is_ready_ends_its_child(shop: Shop) -> None:
    shop.measuring.held["m1"] = asyncio.Event()
    await shop.live.start()
    pid = shop.pid("m1")
    assert pid is not None
    await shop.live.stop()
    assert birth(pid) is None


async def test_a_missing_model_is_told_of_at_once(shop: Shop) -> None:
    Path(shop.first.path).unlink()
    with pytest.raises(SetupError, match="there is no model m1"):
        await shop.live.start()


async def test_a_stop_that_was_interrupted_is_finished_by_the_next(shop: Shop) -> None:
    await shop.live.start()
    await shop.live.wait_ready(READY_S)
    pid = shop.pid("m1")
    assert pid is not None
    stopping = asyncio.create_task(shop.live.stop())
    await until(lambda: shop.live.endpoint() is None)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    await shop.live.stop()
    assert birth(pid) is None

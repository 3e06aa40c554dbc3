import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from nlu import encoders, versions
from nlu.client import Endpoint, NluClient
from nlu.errors import NluUnavailable, SetupError
from nlu.supervisor import Patience
from nlu.versions import Version
from tests.nlu.conftest import QUICK, Place, until

READY_S = 90.0
Ask = Callable[[Endpoint | None], Awaitable[Any]]


async def test_a_child_is_started_and_reads_texts(place: Place) -> None:
    child = place.child()
    assert not child.ready and child.endpoint() is None
    await child.start()
    await child.wait_ready(READY_S)
    async with aiohttp.ClientSession() as session:
        reading = await NluClient(session, child.endpoint).parse("hi")
    assert (reading.intent.name, reading.model) == ("greet", "m1")
    await child.stop()
    assert not child.ready and child.endpoint() is None


async def test_the_run_file_is_for_the_owners_eyes_and_gone_after_a_stop(place: Place, ask: Ask) -> None:
    child = place.child()
    await child.start()
    await child.wait_ready(READY_S)
    run_file, endpoint = place.data / "rasa" / "child-m1.json", child.endpoint()
    assert run_file.stat().st_mode & 0o777 == 0o600
    assert run_file.parent.stat().st_mode & 0o777 == 0o700
    await child.stop()
    assert not run_file.exists()
    assert await ask(endpoint) is None


async def test_the_shops_secrets_stay_with_the_parent(place: Place, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "secret")
    child = place.child()
    await child.start()
    await child.wait_ready(READY_S)
    assert "TELEGRAM_TOKEN" not in (await ask(child.endpoint()))["environment"]
    await child.stop()


async def test_a_crashed_child_is_replaced(place: Place, ask: Ask) -> None:
    child = place.child()
    await child.start()
    await child.wait_ready(READY_S)
    before = child.endpoint()
    os.kill((await ask(before))["pid"], signal.SIGKILL)
    await until(lambda: not child.ready)
    await child.wait_ready(READY_S)
    assert child.endpoint() != before
    await child.stop()


async def test_a_hung_child_is_replaced(place: Place, ask: Ask) -> None:
    child = place.child()
    await child.start()
    await child.wait_ready(READY_S)
    before = child.endpoint()
    os.kill((await ask(before))["pid"], signal.SIGSTOP)
    await until(lambda: child.ready and child.endpoint() != before)
    await child.stop()


async def test_a_dead_owners_child_is_adopted_at_once(place: Place, ask: Ask) -> None:
    with place.owner() as owner:
        left = await owner.endpoint()
        pid = (await ask(left))["pid"]
        owner.kill()
        child = place.child()
        await child.start()
        assert child.ready
        assert (await ask(child.endpoint()))["pid"] == pid
    await child.stop()
    assert await ask(left) is None


async def test_an_orphan_nobody_adopts_ends_itself(place: Place, ask: Ask) -> None:
    with place.owner(orphan_s=0.4) as owner:
        left = await owner.endpoint()
        owner.kill()

        async def gone() -> bool:
            return await ask(left) is None

        await until(gone)


async def test_an_owned_child_outlives_the_patience_of_orphans(place: Place, ask: Ask) -> None:
    child = place.child(patience=Patience(orphan_s=0.2))
    other = place.child(patience=Patience(orphan_s=0.2))
    await child.start()
    await child.wait_ready(READY_S)
    pid = (await ask(child.endpoint()))["pid"]
    # Starting and stopping somebody else takes several times the patience.
    for _ in range(3):
        await other.start()
        await other.wait_ready(READY_S)
        await other.stop()
    assert (await ask(child.endpoint()))["pid"] == pid
    await child.stop()


async def test_two_servers_share_one_child_and_the_second_takes_over(place: Place, ask: Ask) -> None:
    with place.owner() as owner:
        left = await owner.endpoint()
        child = place.child()
        await child.start()
        assert child.endpoint() == Endpoint(left.url, left.token, "m1")
        pid = (await ask(left))["pid"]
        owner.kill()
        await until(lambda: child.owns)
        assert (await ask(child.endpoint()))["pid"] == pid
    await child.stop()
    assert await ask(left) is None


async def test_stopping_leaves_somebody_elses_child_alone(place: Place, ask: Ask) -> None:
    owner, guest = place.child(), place.child(announce=False)
    await owner.start()
    await owner.wait_ready(READY_S)
    await guest.start()
    assert guest.endpoint() == owner.endpoint()
    await guest.stop()
    assert await ask(owner.endpoint()) is not None
    await owner.stop()


async def test_a_private_child_is_not_announced_and_dies_with_its_killed_parent(place: Place, ask: Ask) -> None:
    with place.owner(announce=False) as owner:
        private = await owner.endpoint()
        assert await ask(private) is not None
        assert not list((place.data / "rasa").glob("*.json"))
        owner.kill()

        async def gone() -> bool:
            return await ask(private) is None

        await until(gone)


async def test_a_child_of_another_model_is_not_used(place: Place, tmp_path: Path) -> None:
    newer = tmp_path / "data" / "models" / "m2.tar.gz"
    newer.write_text("well")
    blue, green = place.child(), Place(place.data, place.server_dir, Version("m2", newer)).child()
    await blue.start()
    await green.start()
    await blue.wait_ready(READY_S)
    await green.wait_ready(READY_S)
    blue_endpoint, green_endpoint = blue.endpoint(), green.endpoint()
    assert blue_endpoint is not None and green_endpoint is not None
    assert (blue_endpoint.model, green_endpoint.model) == ("m1", "m2")
    assert blue_endpoint.url != green_endpoint.url
    await blue.stop()
    await green.stop()


async def test_a_stale_run_file_is_no_child(place: Place) -> None:
    folder = place.data / "rasa"
    folder.mkdir(mode=0o700)
    # This very process lives, but it was not born when the file says.
    (folder / "child-m1.json").write_text(
        f'{{"pid": {os.getpid()}, "born": "0", "port": 1, "token": "t", "model": "m1"}}'
    )
    child = place.child()
    await child.start()
    await child.wait_ready(READY_S)
    await child.stop()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"pid": "x"}'])
async def test_a_broken_run_file_is_no_child(place: Place, content: str) -> None:
    folder = place.data / "rasa"
    folder.mkdir(mode=0o700)
    (folder / "child-m1.json").write_text(content)
    child = place.child()
    await child.start()
    await child.wait_ready(READY_S)
    await child.stop()


async def test_a_server_that_cannot_start_is_reported_with_its_log(place: Place) -> None:
    place.version.path.write_text("badly")
    child = place.child()
    await child.start()
    with pytest.raises(NluUnavailable, match=r"rasa\.log"):
        await child.wait_ready(60)
    assert (place.data / "rasa" / "rasa.log").read_text() == "I know nothing\n"
    assert (place.data / "rasa" / "rasa.log.1").exists()
    # It keeps trying, and recovers once the cause is mended.
    place.version.path.write_text("well")
    await until(lambda: child.ready)
    await child.stop()


async def test_a_wait_that_is_too_short_says_so(place: Place) -> None:
    child = place.child()
    await child.start()
    with pytest.raises(NluUnavailable, match="no answer after"):
        await child.wait_ready(0)
    await child.stop()


async def test_a_model_whose_encoder_or_packages_are_missing_says_what_to_run(place: Place) -> None:
    versions.note_encoder(place.version, "e1")
    with pytest.raises(SetupError, match=r"not installed: run `requirements/setup\.sh dense`"):
        await place.child().start()
    libraries = place.server_dir / ".venv" / "lib" / "python3.10" / "site-packages"
    for name in encoders.PACKAGES:
        (libraries / name).mkdir(parents=True)
    with pytest.raises(SetupError, match=r"the encoder e1 is not in .*encoders: run `baton models add`"):
        await place.child().start()
    assert not (place.data / "rasa").exists()


async def test_a_missing_environment_says_what_to_run(place: Place) -> None:
    (place.server_dir / ".venv" / "bin" / "python").unlink()
    with pytest.raises(SetupError, match="make setup"):
        await place.child().start()


async def test_a_missing_model_says_what_to_run(place: Place) -> None:
    place.version.path.unlink()
    with pytest.raises(SetupError, match="baton train"):
        await place.child().start()


async def test_stopping_what_never_started_is_harmless(place: Place) -> None:
    await place.child(patience=QUICK).stop()

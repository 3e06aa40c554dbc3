"""The real thing: trains and serves a small model in Rasa's environment."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot import training
from nlu import versions
from nlu.client import NluClient
from nlu.errors import SetupError, TrainingFailed
from nlu.ownership import birth, read_announcement
from nlu.supervisor import RasaChild
from nlu.versions import Version
from tests.nlu.conftest import ROOT, Place, until

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module")]

READY_S = 180.0
SENTENCES = {
    "track_order": [
        *("我的包裹到哪了", "訂單XM20261001到哪裡了", "查一下物流", "where is my parcel", "track my order"),
        "[昨天](date)寄的[吹風機](product)到哪了",
        "[黑貓](carrier)說[今天](date)會送[電風扇](product)",
        "[顺丰](carrier)的[耳机](product)到哪了",
        "[中通](carrier)说[周三](date)送[台灯](product)",
        "where is the [kettle](product) you sent on [Monday](date)",
        "is my [lamp](product) with [DHL](carrier) or [UPS](carrier)",
        "[FedEx](carrier) has the [blender](product) since [Friday](date)",
    ],
    "request_return": [
        *("我要退貨", "这个想退掉", "怎么退货", "i want to return this", "send it back please"),
        "[黑色](color)的[外套](product)想退",
        "[白色](color)[M](size)號的[襯衫](product)要退",
        "[兩](quantity)件[灰色](color)的[毛衣](product)退掉",
        "退[三](quantity)個[藍色](color)的[杯子](product)",
        "[红色](color)的[裙子](product)不要了",
        "[两](quantity)双[XL](size)码的[袜子](product)想退",
        "return the [red](color) [dress](product) size [M](size)",
        "[two](quantity) [blue](color) [shirts](product) go back",
        "return [three](quantity) [white](color) [mugs](product) please",
    ],
    "talk_to_human": ["轉人工", "找真人", "我要客服", "talk to a person", "human agent please"],
    "out_of_scope": ["今天天氣如何", "推荐一部电影", "book me a flight", "who won the match", "asdf"],
}


def quiet(step: str, done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the real code and toy sentences."""
    root = tmp_path_factory.mktemp("project")
    (root / "nlu" / "data").mkdir(parents=True)
    # So few sentences are gone through more often than all of ours.
    config = (ROOT / "config.yml").read_text(encoding="utf-8").replace("passes: 25", "passes: 60")
    (root / "config.yml").write_text(config, encoding="utf-8")
    for name in ("folding.py", "folding_table.py", "server"):
        (root / "nlu" / name).symlink_to(ROOT / "nlu" / name)
    blocks = (
        f"  - intent: {intent}\n    examples: |\n" + "".join(f"      - {sentence}\n" for sentence in sentences)
        for intent, sentences in SENTENCES.items()
    )
    (root / "nlu" / "data" / "toy.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def version(root: Path, data: Path) -> Version:
    return asyncio.run(training.ensure_model(root, data, quiet))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the one server for all tests that only ask."""
    return tmp_path_factory.mktemp("served")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child(root: Path, served: Path, version: Version) -> AsyncIterator[RasaChild]:
    child = RasaChild(served, root / "nlu" / "server", version)
    await child.start()
    await child.wait_ready(READY_S)
    yield child
    await child.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(child: RasaChild) -> AsyncIterator[NluClient]:
    async with aiohttp.ClientSession() as session:
        yield NluClient(session, child.endpoint, deadline_s=10)


async def test_a_served_model_reads_three_languages(client: NluClient, version: Version) -> None:
    for text, intent in [
        ("訂單xm20261001到哪裡了???", "track_order"),
        ("我想退貨", "request_return"),
        ("我想退货", "request_return"),
        ("i want a HUMAN agent", "talk_to_human"),
    ]:
        reading = await client.parse(text)
        assert reading.intent.name == intent
        assert {score.name for score in reading.ranking} == SENTENCES.keys()
        assert sum(score.confidence for score in reading.ranking) == pytest.approx(1, abs=1e-4)
        assert reading.model == version.id
    assert (await client.parse("訂單xm20261001到哪裡了???")).entity("order_id") == "XM20261001"
    # Odd texts have a reading too.
    for text in ["", " ", "👍", "\ud800", "x" * 20_000]:
        assert (await client.parse(text)).ranking
    # Rasa's shorthand for a certain intent is nothing that a customer may use.
    assert (await client.parse("/request_return")).intent.confidence < 1


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("綠色的氣炸鍋想退", [("color", "綠色"), ("product", "氣炸鍋")]),
        ("紫色L號的睡衣要退 五件", [("color", "紫色"), ("size", "L"), ("product", "睡衣"), ("quantity", "5")]),
        ("顺丰说明天送电饭煲", [("carrier", "顺丰"), ("date", "明天"), ("product", "电饭煲")]),
        ("return two green jackets", [("quantity", "2"), ("color", "green"), ("product", "jackets")]),
    ],
)
async def test_details_are_found_in_sentences_never_seen(
    client: NluClient, text: str, details: list[tuple[str, str]]
) -> None:
    entities = (await client.parse(text)).entities
    assert [(entity.name, entity.value) for entity in entities] == details
    # The place is where the customer typed it; only a quantity has another value than its words.
    assert all(text[one.start : one.end] == one.value for one in entities if one.name != "quantity")


async def test_a_detail_with_a_shape_is_never_also_a_learnt_one(client: NluClient) -> None:
    entities = (await client.parse("訂單XM20261001退兩件綠色的外套 $300 0912345678")).entities
    assert {"order_id", "amount", "phone"} <= {entity.name for entity in entities}
    for one, next_one in pairwise(entities):
        assert one.end <= next_one.start


@pytest.mark.parametrize("text", ["三" * 20_000, "red " * 5_000, "1 " * 10_000, "x" * 20_000, "[](){}" * 3_000])
async def test_a_long_or_hostile_text_is_read_in_time(client: NluClient, text: str) -> None:
    assert (await client.parse(text)).ranking


async def test_texts_leave_no_trace_in_the_log(client: NluClient, served: Path) -> None:
    for text in ["my secret is 4711", "/nonsense of 4711"]:
        await client.parse(text)
    assert "4711" not in (served / "rasa" / "rasa.log").read_text(encoding="utf-8")


async def test_a_server_answers_nobody_without_its_token(child: RasaChild) -> None:
    endpoint = child.endpoint()
    assert endpoint is not None
    async with aiohttp.ClientSession() as session:
        for token in ("", "another"):
            url = f"{endpoint.url}/model/parse"
            async with session.post(url, params={"token": token}, json={"text": "hi"}) as response:
                assert response.status == 401


async def test_a_killed_owners_server_is_adopted_restarted_and_at_last_ended(
    root: Path, data: Path, version: Version
) -> None:
    place = Place(data, root / "nlu" / "server", version)
    with place.owner() as owner:
        left = await owner.endpoint()
        owner.kill()
        child = RasaChild(data, root / "nlu" / "server", version)
        await child.start()
        await child.wait_ready(READY_S)
        adopted = child.endpoint()
        assert adopted is not None and adopted.url == left.url
        os.kill(_pid_of(data, version), signal.SIGKILL)
        await until(lambda: not child.ready)
        await child.wait_ready(READY_S)
        pid = _pid_of(data, version)
        await child.stop()
    assert birth(pid) is None


async def test_an_orphaned_server_ends_itself(root: Path, data: Path, version: Version) -> None:
    with Place(data, root / "nlu" / "server", version).owner(orphan_s=1.0) as owner:
        await owner.endpoint()
        pid = _pid_of(data, version)
        owner.kill()
        await until(lambda: birth(pid) is None, timeout_s=60)


async def test_the_same_sources_train_the_same_model(root: Path, version: Version, tmp_path: Path) -> None:
    again = await training.train(root, tmp_path, quiet)
    assert again.id == version.id
    unpacked = [tmp_path / "first", tmp_path / "second"]
    for archive, folder in zip([version.path, again.path], unpacked, strict=True):
        shutil.unpack_archive(archive, folder, filter="data")
    for name in ("model.npz", "details.crf"):
        first, second = (next(folder.rglob(name)).read_bytes() for folder in unpacked)
        assert first == second


async def test_training_tells_how_far_it_is(root: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    await training.train(root, tmp_path, lambda step, done, total: steps.append(f"{step} {done}/{total}"))
    begun = [step.split()[0] for step in steps if " 0/" in step]
    assert begun == ["check", "prepare", "features", "learn", "entities", "write"]
    assert steps[-1] == "write 1/1"
    version = versions.wanted(root, tmp_path)
    assert {path.name for path in (tmp_path / "models").iterdir()} == {f"{version.id}.tar.gz", f"{version.id}.code"}


BROKEN = {
    "not YAML": ('nlu:\n  - intent: "greet\n', ":"),
    "no list": ("version: '3.1'\n", ":1: there is no list named 'nlu'"),
    "a list of names": ("nlu:\n  - greet\n", ":2: expected 'name: value'"),
    "an intent without examples": ("nlu:\n  - intent: greet\n", ":2: 'greet' needs 'examples: |'"),
    "a line without a dash": (
        "nlu:\n  - intent: greet\n    examples: |\n      - hi\n      hello\n",
        ":5: an example of 'greet' must start with '- '",
    ),
    "an unknown mark": (
        "nlu:\n  - intent: greet\n    examples: |\n      - hi [there](place)\n",
        ":4: '[there](place)' needs one of product, sku,",
    ),
    "an intent given twice": ("nlu:\n  - intent: a\n    intent: b\n", ":3: 'intent' is given twice"),
    "an unknown intent": ("nlu:\n  - intent: gret\n    examples: |\n      - hi\n", ":2: unknown intent 'gret'"),
    "one intent": ("nlu:\n  - intent: greet\n    examples: |\n      - hi\n", "at least two intents"),
}


@pytest.mark.parametrize(("content", "problem"), BROKEN.values(), ids=BROKEN.keys())
async def test_broken_training_data_is_named_by_file_and_line(
    root: Path, tmp_path: Path, content: str, problem: str
) -> None:
    broken = tmp_path / "project"
    shutil.copytree(root, broken, symlinks=True)
    (broken / "nlu" / "data" / "toy.yml").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingFailed) as caught:
        await training.train(broken, tmp_path / "data", quiet, intents=["greet", "a", "b"])
    assert "toy.yml:" in str(caught.value)
    assert problem in str(caught.value)
    assert not (tmp_path / "data" / "models").exists()


async def test_a_failed_training_keeps_the_log(root: Path, tmp_path: Path) -> None:
    broken = tmp_path / "project"
    shutil.copytree(root, broken, symlinks=True)
    (broken / "config.yml").write_text("recipe: default.v1\nlanguage: zh\npipeline:\n  - name: nowhere.Component\n")
    with pytest.raises(TrainingFailed, match=r"train\.log"):
        await training.train(broken, tmp_path / "data", quiet)
    assert "nowhere" in (tmp_path / "data" / "rasa" / "train.log").read_text(encoding="utf-8")


async def test_training_without_rasas_environment_says_what_to_run(root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "project"
    shutil.copytree(root, bare, symlinks=False, ignore=shutil.ignore_patterns(".venv"))
    with pytest.raises(SetupError, match="make setup"):
        await training.train(bare, tmp_path / "data", quiet)


def _pid_of(data: Path, version: Version) -> int:
    announcement = read_announcement(data / "rasa" / f"child-{version.id}.json", version.id)
    assert announcement is not None
    return announcement.pid

"""The network that reads intents, in the Python that it runs in: Rasa's has the arrays, ours has not."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.nlu.conftest import ROOT
from tests.nlu.test_rasa import SENTENCES

pytestmark = pytest.mark.rasa

PYTHON = ROOT / "nlu" / "server" / ".venv" / "bin" / "python"
BEGINNING = """
import hashlib, json, random, sys
from pathlib import Path
import numpy as np
from nlu.server.components.network import Network
given = json.load(sys.stdin)
pairs, odd = [tuple(pair) for pair in given["pairs"]], given["odd"]
def fitted(pairs, passes=20, **more):
    return Network.fit([text for text, _ in pairs], [intent for _, intent in pairs], hidden=16, passes=passes, **more)
def digests(network, name):
    folder = Path(name)
    folder.mkdir()
    network.save(folder)
    with np.load(folder / "model.npz", allow_pickle=False) as arrays:
        bits = [hashlib.sha256(arrays[one].tobytes()).hexdigest() for one in arrays.files]
    return [(folder / "model.json").read_text(encoding="utf-8"), *bits]
"""
# More than fit into one batch. Marks are Rasa's to take off; here they are words like others.
PAIRS = [(f"{text} {n}", intent) for intent, texts in SENTENCES.items() for text in texts for n in range(5)]
ODD = [
    "",
    " ",
    "\n",
    "👍",
    "。。。",
    "\ud800",
    "\x00",
    "ぜんぜん",
    "qqqqzzzz",
    "三" * 20_000,
    "x" * 20_000,
    "/request_return",
]


def run(folder: Path, script: str) -> Any:
    """What `script` prints after the beginning, as JSON; `pairs` are the toy sentences, `odd` stands for `ODD`."""
    done = subprocess.run(
        [PYTHON, "-c", BEGINNING + script],
        input=json.dumps({"pairs": PAIRS, "odd": ODD}),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_same_sentences_in_any_order_give_the_same_model_bit_for_bit(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        """
found = [digests(fitted(pairs), "first")]
for seed in (1, 2):
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    assert shuffled != pairs
    found.append(digests(fitted(shuffled), f"shuffled-{seed}"))
found.append(digests(fitted(pairs[1:]), "fewer"))
print(json.dumps(found))
""",
    )
    first, *shuffled, fewer = told
    assert shuffled == [first, first]
    assert fewer[1:] != first[1:]


def test_a_saved_and_loaded_model_scores_every_text_the_same(tmp_path: Path) -> None:
    scored = run(
        tmp_path,
        """
network = fitted(pairs)
digests(network, "model")
again = Network.load(Path("model"))
texts = [text for text, _ in pairs] + ["something never seen", ""]
print(json.dumps([[network.ranking(text), again.ranking(text)] for text in texts]))
""",
    )
    assert len(scored) == len(PAIRS) + 2
    assert [before for before, _ in scored] == [after for _, after in scored]


def test_it_learns_what_it_is_taught(tmp_path: Path) -> None:
    script = """
network = fitted(pairs, passes=100)
print(json.dumps([network.ranking(text)[0][0] for text, _ in pairs]))
"""
    assert run(tmp_path, script) == [intent for _, intent in PAIRS]


def test_empty_and_odd_texts_have_a_ranking_of_every_intent(tmp_path: Path) -> None:
    rankings = run(tmp_path, "network = fitted(pairs)\nprint(json.dumps([network.ranking(text) for text in odd]))")
    assert len(rankings) == len(ODD)
    for ranking in rankings:
        assert {name for name, _ in ranking} == SENTENCES.keys()
        confidences = [confidence for _, confidence in ranking]
        assert all(0 <= confidence <= 1 for confidence in confidences)
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) == pytest.approx(1)


def test_sentences_without_a_common_term_and_two_copies_of_one_can_be_learnt_from(tmp_path: Path) -> None:
    script = """
few = [("abc", "one"), ("def", "two"), ("", "two"), ("abc", "one")]
print(json.dumps(fitted(few).ranking("abc")))
"""
    ranking = run(tmp_path, script)
    assert ranking[0][0] == "one"


def test_learning_tells_how_far_it_is(tmp_path: Path) -> None:
    script = """
steps = []
fitted(pairs, on_progress=lambda *step: steps.append(step))
print(json.dumps(steps))
"""
    steps = run(tmp_path, script)
    assert steps[0] == ["features", 0, len(PAIRS)]
    learnt = [step for step in steps if step[0] == "learn"]
    # So few sentences are gone through more often than asked for.
    assert len(learnt) > 21
    assert learnt == [["learn", done, len(learnt) - 1] for done in range(len(learnt))]

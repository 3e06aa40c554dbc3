"""`--system` of the benchmark of understanding: what would measure nothing is refused before anything is."""

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.nlu.__main__ import main

command = typer.Typer()
command.command()(main)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--system bton", "'bton' is not one of"),
        ("--only jddc --system minilm", "jddc has no minilm"),
        ("--system minilm", "jddc has no minilm"),
        ("--only speed --system baton", "only clinc and jddc compare systems"),
    ],
)
def test_a_system_that_no_chosen_part_has_is_refused(words: str, told: str) -> None:
    result = CliRunner(env={"TERMINAL_WIDTH": "200"}).invoke(command, [*words.split(), "--quick"])
    assert result.exit_code == 2 and told in result.output

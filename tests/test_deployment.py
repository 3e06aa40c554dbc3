"""What is written for those who deploy names what the program has: variables, files, ports, paths."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import yaml

from bot.settings import PORTS, ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (ROOT / "compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
PRODUCTION = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
APP = (ROOT / "bot" / "app.py").read_text(encoding="utf-8")
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


def test_the_example_names_every_variable_that_settings_read_and_no_other() -> None:
    words = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^#([A-Z][A-Z_]+)=", words, re.MULTILINE)
    assert len(named) == len(set(named)), "one line each"
    assert set(named) - COMPOSE_ONLY == _read_by_settings()
    for line, following in zip(words.splitlines(), words.splitlines()[1:], strict=False):
        if re.match(r"#[A-Z][A-Z_]+=", following):
            assert line.startswith("# "), f"{following} has no sentence"


def test_the_example_as_it_stands_sets_nothing() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") or not line.strip() for line in lines)


def test_compose_sets_only_what_settings_read_and_takes_only_what_the_example_names() -> None:
    assert set(COMPOSE["services"]["baton"]["environment"]) <= _read_by_settings()
    taken = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_TEXT))
    assert taken <= _read_by_settings() | COMPOSE_ONLY
    in_image = set(re.findall(r"^    (BATON_[A-Z]+)=", DOCKERFILE, re.MULTILINE))
    assert in_image <= _read_by_settings() and "BATON_DATA" in in_image


def test_secrets_come_from_the_environment_and_their_absence_is_an_error() -> None:
    assert COMPOSE_TEXT.count("${POSTGRES_PASSWORD:?") == 2 and "${BATON_SECRET:?" in COMPOSE_TEXT
    assert not re.search(r"(PASSWORD|SECRET|TOKEN): *[A-Za-z0-9]", COMPOSE_TEXT)


def test_files_that_the_image_copies_exist_and_are_let_through() -> None:
    let_through = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = [path for line in _instructions("COPY") if "--from" not in line for path in line.split()[:-1]]
    assert len(copied) > 8
    for path in copied:
        assert (ROOT / path).exists(), path
        assert any(path.startswith(prefix) for prefix in let_through), f"{path} is kept out by .dockerignore"
    for source, _, _ in (volume.partition(":") for volume in COMPOSE["services"]["baton"]["volumes"]):
        assert source in COMPOSE["volumes"] or (ROOT / source).exists()


def test_everything_is_installed_with_hashes_and_nothing_runs_as_root() -> None:
    installs = [line for line in _instructions("RUN") if "uv pip sync" in line]
    assert len(installs) == 2 and all("--require-hashes" in line for line in installs)
    assert _instructions("USER") == ["10001:10001"]
    assert COMPOSE["services"]["baton"]["read_only"] is True


def test_ports_agree_and_only_this_machine_reaches_them() -> None:
    (exposed,) = _instructions("EXPOSE")
    assert int(exposed) == PORTS.start
    assert f"BATON_PORT={exposed}" in DOCKERFILE
    assert COMPOSE["services"]["baton"]["ports"] == [f"127.0.0.1:{exposed}:{exposed}"]
    assert not any("ports" in COMPOSE["services"][name] for name in ("postgres", "redis"))
    assert f"127.0.0.1:{exposed}" in PRODUCTION


def test_health_paths_are_served() -> None:
    (check,) = _instructions("HEALTHCHECK")
    (path,) = re.findall(rf"127\.0\.0\.1:{PORTS.start}(/\w+)", check)
    for served in (path, "/readyz", "/metrics"):
        assert f'add_get("{served}"' in APP and f"`{served}`" in PRODUCTION


def test_the_image_has_the_tools_of_the_server_it_is_composed_with() -> None:
    (client,) = re.findall(r"postgresql-client-(\d+)", DOCKERFILE)
    assert COMPOSE["services"]["postgres"]["image"].startswith(f"postgres:{client}-")


def test_the_image_starts_with_the_entrypoint_and_gives_it_time_to_stop() -> None:
    assert json.loads(_instructions("ENTRYPOINT")[0])[-1] == "baton-entrypoint"
    assert (ROOT / "docker" / "entrypoint.sh").stat().st_mode & 0o111
    (drain,) = re.findall(r"^DRAIN_S = ([\d.]+)", APP, re.MULTILINE)
    assert int(COMPOSE["services"]["baton"]["stop_grace_period"].rstrip("s")) >= 4 * float(drain)


def test_commands_and_documents_that_the_guide_names_exist() -> None:
    cli = (ROOT / "bot" / "cli.py").read_text(encoding="utf-8")
    for command in set(re.findall(r"(?:`|\.venv/bin/|^|baton )baton (?!baton)([a-z-]+)", PRODUCTION, re.MULTILINE)):
        assert f'command("{command}")' in cli or f"def {command}(" in cli or f'name="{command}"' in cli, command
    for link in re.findall(r"\]\(([^)#:]+)\)", PRODUCTION):
        assert (ROOT / "docs" / link).exists(), link
    figures = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    for figure in set(re.findall(r"baton_[a-z_]+", PRODUCTION)):
        assert figure.removesuffix("_bucket").removesuffix("_count") in figures, figure


def _read_by_settings() -> set[str]:
    """Every name of a variable that stands by itself in the module that reads the environment."""
    tree = ast.parse(Path(ROOT / "bot" / "settings.py").read_text(encoding="utf-8"))
    names = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {name for name in names if re.fullmatch(r"(?:BATON_[A-Z_]+|[A-Z]+_URL)", name)}


def _instructions(name: str) -> list[str]:
    """The arguments of every such instruction, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_what_encoders_need_keeps_to_the_versions_of_rasas_environment_and_is_locked_like_it() -> None:
    server = ROOT / "nlu" / "server"
    base, more = (
        dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (server / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements.dense.txt")
    )
    assert {name: version for name, version in more.items() if base.get(name, version) != version} == {}
    assert {"onnx", "onnxruntime", "tokenizers"} <= more.keys() - base.keys()
    words = (server / "requirements.dense.txt").read_text(encoding="utf-8")
    assert words.count("==") <= words.count("--hash=") and "index" not in words

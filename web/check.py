"""Checks that the generated files of the web code are those that the Python sources make now.

Usage: python web/check.py [--write]. With --write they are made anew instead.
"""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

from build_hook import npm

from bot import webtypes

WEB = Path(__file__).parent


def main() -> int:
    command, environment = npm()
    if not (WEB / "node_modules").exists():
        subprocess.run([*command, "ci", "--no-audit", "--no-fund"], cwd=WEB, env=environment, check=True)
    if "--write" in sys.argv:
        webtypes.write(WEB / "schema")
        return subprocess.run([*command, "run", "types"], cwd=WEB, env=environment, check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        webtypes.write(Path(folder))
        _, changed, missing = filecmp.cmpfiles(folder, WEB / "schema", ["widget.json", "console.json"], shallow=False)
    if changed or missing:
        print(f"out of date: {', '.join([*changed, *missing])}; run: make types", file=sys.stderr)
        return 1
    before = {path: path.read_text() for path in (WEB / "generated").glob("*.ts")}
    subprocess.run([*command, "run", "--silent", "types"], cwd=WEB, env=environment, check=True)
    drifted = [path.name for path, text in before.items() if path.read_text() != text]
    if drifted:
        print(f"out of date: {', '.join(drifted)}; run: make types", file=sys.stderr)
        return 1
    return subprocess.run([*command, "run", "--silent", "check"], cwd=WEB, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

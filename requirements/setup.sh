#!/bin/sh
# Makes both Python environments and the web code; quick where nothing has changed.
# Usage: requirements/setup.sh [app|dev|dense]
#   app: what running needs; dev: also what the tests need; dense: also what sentence encoders need
set -eu
cd "$(dirname "$0")/.."
wanted="${1:-app}"
dense=no
# Who has asked for sentence encoders once has them again in a renewed environment; the tests have a small one.
if [ "$wanted" != app ] || [ -f nlu/server/.venv/.dense-from ]; then dense=yes; fi
if [ "$wanted" = dense ]; then wanted=app; fi

say() { printf '%s\n' "$*" >&2; }
fail() { say ""; say "setup: $1"; shift; for line in "$@"; do say "  $line"; done; exit 1; }

find_uv() {
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        command -v uv
        return
    fi
    if [ ! -x .tools/bin/uv ]; then
        say "installing uv (once) …"
        python3 -m venv .tools >/dev/null 2>&1 && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv >&2 ||
            fail "uv is missing and could not be installed with pip." \
                "Install it by hand: https://docs.astral.sh/uv/getting-started/installation/" \
                "(on Debian and Ubuntu python3 -m venv needs: apt install python3-venv)"
    fi
    echo "$PWD/.tools/bin/uv"
}

# Whether an environment was made from exactly these files.
is_current() { [ -f "$1/.made-from" ] && [ "$(cat "$1/.made-from")" = "$(cat "$2" requirements/setup.sh | cksum)" ]; }
mark_current() { cat "$2" requirements/setup.sh | cksum >"$1/.made-from"; }

uv="$(find_uv)"
export UV_NO_PROGRESS=1

if ! { is_current .venv requirements/dev.txt || { [ "$wanted" = app ] && is_current .venv requirements/app.txt; }; }; then
    say "making the app's environment …"
    "$uv" venv --quiet --clear --python '>=3.11,<3.14' .venv ||
        fail "no Python 3.11 to 3.13 was found, and uv could not download one." \
            "Install one (python.org, pyenv, your distribution) and try again."
    "$uv" pip sync --quiet --python .venv/bin/python --require-hashes "requirements/$wanted.txt"
    mark_current .venv "requirements/$wanted.txt"
fi

if ! is_current nlu/server/.venv nlu/server/requirements.txt; then
    say "making Rasa's environment (Python 3.10, about 2.5 GB, a few minutes the first time) …"
    # From within that folder: its .python-version is what pyenv's shims go by.
    (cd nlu/server && "$uv" venv --quiet --clear --python 3.10 .venv) ||
        fail "Rasa needs Python 3.10; none was found, and uv could not download one." \
            "With pyenv: pyenv install 3.10. Otherwise install Python 3.10 from python.org or your distribution," \
            "then try again."
    (cd nlu/server && "$uv" pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes requirements.txt)
    mark_current nlu/server/.venv nlu/server/requirements.txt
fi

if [ "$dense" = yes ] && ! cmp -s nlu/server/requirements.dense.txt nlu/server/.venv/.dense-from; then
    say "installing what sentence encoders need (about 160 MB) …"
    # On top: its lock keeps to the versions of the other one.
    (cd nlu/server && "$uv" pip install --quiet --python .venv/bin/python --require-hashes -r requirements.dense.txt)
    cp nlu/server/requirements.dense.txt nlu/server/.venv/.dense-from
fi

# Installing the package builds the web code (see web/build_hook.py).
if [ ! -x .venv/bin/baton ]; then
    say "installing Baton and building the web code (some seconds) …"
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
else
    .venv/bin/python web/build_hook.py
fi

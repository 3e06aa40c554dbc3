"""Stands in for nlu/server/serve.py: the same arguments and watchdogs, but answers at once and knows one intent.

The model's file says how it behaves: "well", or "badly" (ends at once).
"""

import argparse
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path[0] = str(Path(__file__).resolve().parents[2])

from nlu.server import environment  # noqa: E402  the path has to be set first

TOKEN = os.environ.get("BATON_NLU_TOKEN", "")


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer({"pid": os.getpid(), "environment": sorted(os.environ)})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"intent_ranking": [{"name": "greet", "confidence": 1.0}], "entities": []})

    def _answer(self, body: object) -> None:
        allowed = parse_qs(urlsplit(self.path).query).get("token") == [TOKEN]
        self.send_response(200 if allowed else 401)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode() if allowed else b"")

    def log_message(self, *_: object) -> None:
        pass


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--owner-lock", type=Path)
    parser.add_argument("--orphan-s", type=float)
    parser.add_argument("--with-parent", action="store_true")
    arguments = parser.parse_args()
    if arguments.model.read_text() == "badly":
        print("I know nothing")
        return 1
    if arguments.owner_lock is not None:
        environment.end_when_orphaned(arguments.owner_lock, arguments.orphan_s)
    if arguments.with_parent:
        environment.die_with_parent()
    ThreadingHTTPServer(("127.0.0.1", arguments.port), Answers).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())

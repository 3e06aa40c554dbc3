"""Serves one model over Rasa's HTTP API on the loopback interface; runs inside Rasa's environment.

    BATON_NLU_TOKEN=… python nlu/server/serve.py --model m.tar.gz --port 5005 (--owner-lock FILE | --with-parent)

An owner is alive as long as somebody holds an exclusive flock on FILE. After `--orphan-s` seconds without one the
server ends itself; within them a new owner may take it over simply by taking the lock. With `--with-parent` it ends
when its standard input closes.
"""

import argparse
import os
import socket
import sys
import tempfile
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from nlu.server import environment  # noqa: E402  the path has to be set first

HOST = "127.0.0.1"


def main() -> int:
    """Reads the arguments and serves until told to stop."""
    arguments = _arguments()
    token = os.environ.pop("BATON_NLU_TOKEN", "")
    if not token:
        print("BATON_NLU_TOKEN is not set: this server answers nobody without a token", file=sys.stderr)
        return 2
    # Taken before the slow imports, so that the port stays ours while Rasa loads.
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, arguments.port))
    if arguments.owner_lock is not None:
        environment.end_when_orphaned(arguments.owner_lock, arguments.orphan_s)
    if arguments.with_parent:
        environment.die_with_parent()
    with tempfile.TemporaryDirectory(prefix="baton-rasa-") as folder:
        environment.seal(Path(folder))
        serve(arguments.model, listener, token)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve a model.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--owner-lock", type=Path)
    parser.add_argument("--orphan-s", type=float, default=120.0)
    parser.add_argument("--with-parent", action="store_true")
    return parser.parse_args()


def serve(model: Path, listener: socket.socket, token: str) -> None:
    """Loads the model and answers until SIGTERM; a model that cannot be loaded raises instead of serving nothing."""
    from rasa.core.agent import Agent  # noqa: PLC0415  slow, and it reads the settings made before
    from rasa.server import create_app  # noqa: PLC0415
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader  # noqa: PLC0415
    from rasa.utils.common import update_sanic_log_level  # noqa: PLC0415

    # Rasa takes "/cancel_order" for a certain reading of that intent; customers must not be able to dictate one.
    YAMLStoryReader.unpack_regex_message = staticmethod(lambda message, *_, **__: message)
    agent = Agent()
    agent.load_model(str(model))
    app = create_app(agent=agent, cors_origins="", auth_token=token)
    update_sanic_log_level()

    @app.listener("before_server_start")
    async def warm_up(*_: object) -> None:
        await agent.parse_message("hello")

    app.run(sock=listener, workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    sys.exit(main())

"""`baton …`: the commands."""

import asyncio
import json
import logging
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console as Terminal
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot import backup, logs, training
from bot import chat as chatting
from bot import demo as demo_shop
from bot import settings as settings_of
from bot.app import Parts, Server, migrated, opened
from bot.backup import BackupError
from bot.datafolder import FolderInUse
from bot.decisions import Context, explained
from bot.dumps import DumpError
from bot.knowledge import articles
from bot.settings import ROOT, Settings, SettingsError
from bot.shop import ShopFileError
from bot.shopdata.base import ShopUnavailable
from handoff.desk import people
from handoff.errors import BadInput, DatabaseTrouble, NotFound
from handoff.ports import SystemClock
from handoff.values import Language, Text
from nlu import folding
from nlu.errors import NluError
from nlu.versions import Version

app = typer.Typer(
    help="Customer-service chat that answers what it surely knows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
agents = typer.Typer(help="The people who take over.", no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(agents, name="agents")

terminal = Terminal(stderr=True, highlight=False)
log = logging.getLogger("baton.cli")
READY_S = 180.0
MENDABLE = (
    BackupError,
    BadInput,
    chatting.ChatEnded,
    DatabaseTrouble,
    DumpError,
    FolderInUse,
    NluError,
    NotFound,
    SettingsError,
    ShopFileError,
    ShopUnavailable,
)
"""What a person can mend; each says in a sentence how."""
T = TypeVar("T")


@app.command()
def demo() -> None:
    """Start everything with a small demo shop: the shop page, the console, and a one-time sign-in."""
    _finish(_serve(_settings(), with_demo=True))


@app.command()
def run() -> None:
    """Start the server on this installation's data."""
    _finish(_serve(_settings(), with_demo=False), default_style=logs.default_style())


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="A customer's message; - reads one a line from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line and nothing else.")] = False,
) -> None:
    """Show what the bot would decide, and why. Nothing is stored."""
    _finish(_ask(_settings(), _lines(sys.stdin) if text == "-" else iter([text]), as_json))


@app.command()
def chat(
    language: Annotated[Language | None, typer.Option(help="Which language the browser would ask for.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Come as somebody who was never here.")] = False,
) -> None:
    """Chat as a customer, here in the terminal. Starts a server if none runs on this data."""
    _finish(_chat(_settings(), language, new=new))


@app.command()
def train() -> None:
    """Train the understanding from config.yml and nlu/data."""
    version = _finish(_trained(_settings(), always=True))
    terminal.print(f"model {version.id} is ready")


@app.command("import-articles")
def import_articles(folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)]) -> None:
    """Read articles from FOLDER/<id>/<language>.md; those with the same id are replaced."""
    try:
        found = list(articles.read_folder(folder))
    except articles.ArticleFileError as error:
        terminal.print(f"error: {error}")
        raise typer.Exit(1) from None
    _finish(_with_database(lambda database: database.write(articles.store, found, SystemClock().now())))
    terminal.print(f"{len({article.id for article in found})} articles imported")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""

    async def nothing(_database: object) -> None:
        return None

    _finish(_with_database(nothing))
    terminal.print("the database is up to date")


@app.command("backup")
def back_up(
    file: Annotated[Path, typer.Argument(help="A new file, for example baton.tar.gz.")],
    with_models: Annotated[bool, typer.Option(help="Also the trained models, which can be made again.")] = False,
) -> None:
    """Write database, uploaded files, signing key and shop.yml to FILE, while the server runs."""
    now = SystemClock().now()
    made = _finish(asyncio.to_thread(backup.create, _settings(), file, now, with_models=with_models))
    terminal.print(f"{file}: {_summary(made)}", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `baton backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the data that is there.")] = False,
) -> None:
    """Put a backup in place, all of it or nothing. The server must not run."""
    done = _finish(asyncio.to_thread(backup.restore, _settings(), file, force=force))
    terminal.print(f"restored: {_summary(done.manifest)}", soft_wrap=True)
    for note in done.notes:
        terminal.print(f"note: {note}", soft_wrap=True)


def _summary(manifest: backup.Manifest) -> str:
    files = sum(name.startswith(f"{backup.FILES}/") for name in manifest.members)
    size_mb = sum(member.bytes for member in manifest.members.values()) / 1e6
    made = f"made {manifest.made_at:%Y-%m-%d %H:%M:%S %Z} by Baton {manifest.version}"
    return f"{manifest.database} database and {files} uploaded files, {size_mb:.1f} MB, {made}"


@agents.command("add")
def add_agent(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: str = "agent",
    with_password: Annotated[bool, typer.Option(help="Ask for a password; without one, sign in by link.")] = False,
) -> None:
    """Add an agent and print a one-time sign-in link."""
    now = SystemClock().now()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if with_password else None
    _finish(_with_database(lambda database: database.write(people.add_agent, email, name, role, now, password)))
    link(email)


@agents.command()
def link(email: str) -> None:
    """Print a new one-time sign-in link, good for a day."""
    code = _finish(_with_database(lambda database: database.write(people.issue_link, email, SystemClock().now())))
    print(f"/console/#login={code}")


async def _serve(settings: Settings, *, with_demo: bool) -> None:
    version = await _trained(settings, always=False)
    async with opened(settings, version, owner=True) as parts:
        if with_demo:
            await parts.database.write(demo_shop.seed, parts.clock.now())
        server = Server(parts)
        async with server.serving() as address:
            log.info("serving address=%s version=%s model=%s", address, metadata.version("baton"), version.id)
            ready = asyncio.create_task(_say_when_ready(parts))
            await _greet(parts, address, with_demo=with_demo)
            await _until_asked_to_stop()
            ready.cancel()
            log.info("stopping")
            terminal.print("stopping …")
    log.info("stopped")


async def _greet(parts: Parts, address: str, *, with_demo: bool) -> None:
    terminal.print(f"\nBaton is up.\n  shop page  {address}/\n  console    {address}/console/")
    if with_demo:
        for agent in demo_shop.AGENTS:
            code = await parts.database.write(people.issue_link, agent.email, parts.clock.now())
            terminal.print(f"  sign in as {agent.name} (once)  {address}/console/#login={code}", soft_wrap=True)
    terminal.print("Stop with Ctrl+C.\n")


async def _say_when_ready(parts: Parts) -> None:
    """The server takes messages at once; answers begin when the model is loaded."""
    try:
        with terminal.status("loading the model; messages are taken already …"):
            await parts.rasa.wait_ready(READY_S)
    except NluError as error:
        terminal.print(f"[bold red]error:[/] {error}\nEvery message goes to a person until a model answers.")
    else:
        terminal.print("The bot answers now.")


async def _chat(settings: Settings, language: Language | None, *, new: bool) -> None:
    kept = settings.data / "chat.token"
    if new:
        kept.unlink(missing_ok=True)
    async with AsyncExitStack() as stack:
        address = settings_of.known_address(settings.data)
        if address is None or not await chatting.answers(address):
            address = await stack.enter_async_context(_served_quietly(settings))
        talk = chatting.Chat(address, language, kept, Terminal(highlight=False))
        await talk.run(chatting.lines_of_input(), piped=not sys.stdin.isatty())


@asynccontextmanager
async def _served_quietly(settings: Settings) -> AsyncIterator[str]:
    """A server of our own, for as long as the chat lasts."""
    version = await _trained(settings, always=False)
    async with opened(settings, version, owner=True) as parts, Server(parts).serving() as address:
        with terminal.status("starting the bot …"):
            await parts.rasa.wait_ready(READY_S)
        yield address


async def _ask(settings: Settings, lines: Iterator[str], as_json: bool) -> None:
    version = await _trained(settings, always=False)
    async with _with_articles(settings) as (usable, is_new), opened(usable, version, owner=False) as parts:
        if is_new:
            await parts.database.write(demo_shop.seed, parts.clock.now())
        await parts.rasa.wait_ready(READY_S)
        for line in lines:
            told = await _decided(parts, line)
            print(json.dumps(told, ensure_ascii=False) if as_json else _readable(told), flush=True)


async def _decided(parts: Parts, text: str) -> dict[str, Any]:
    language: Language = folding.language(text) or parts.shop.language
    understood = await parts.brain.understand(Text(text), Context(language))
    told, reading = explained(understood), understood.reading
    words = parts.replies.words(understood.decision, language)
    return {
        "text": text,
        "language": language,
        **{key: told[key] for key in ("decision", "intent", "ranking")},
        "entities": [{"name": e.name, "value": e.value} for e in reading.entities] if reading else [],
        **{key: told[key] for key in ("article", "skill", "reason", "priority", "threshold")},
        "reply": [outgoing.text for outgoing in words],
    }


def _readable(told: dict[str, Any]) -> str:
    intent = told["intent"]
    why = f"{intent['name']} {intent['confidence']:.2f}" if intent else "no reading"
    detail = told["reason"] or told["skill"] or (told["article"] or {}).get("id") or ""
    lines = [f"{told['decision']} {detail} [{why}, threshold {told['threshold']:.2f}, {told['language']}]"]
    return "\n".join(lines + [f"  {line}" for reply in told["reply"] for line in reply.splitlines()])


def _lines(stream: Iterator[str]) -> Iterator[str]:
    """One message a line, plain or as {"text": …}."""
    for line in stream:
        stripped = line.strip()
        if not stripped:
            continue
        try:
            parsed = json.loads(stripped)
        except ValueError:
            parsed = None
        found = parsed.get("text") if isinstance(parsed, dict) else None
        yield found if isinstance(found, str) else stripped


@asynccontextmanager
async def _with_articles(settings: Settings) -> AsyncIterator[tuple[Settings, bool]]:
    """This installation's articles; before the first start, a database that is new and thrown away afterwards."""
    file = settings.database_url.removeprefix("sqlite:///")
    if file == settings.database_url or Path(file).exists():
        yield settings, False
        return
    with tempfile.TemporaryDirectory() as folder:
        yield replace(settings, database_url=f"sqlite:///{folder}/baton.db"), True


async def _trained(settings: Settings, *, always: bool) -> Version:
    """The wanted model, trained with a progress bar where it is missing (or `always`)."""
    settings.data.mkdir(parents=True, exist_ok=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True) as progress:
        bar = progress.add_task("training", total=None, visible=False)

        def on_progress(step: str, done: int, total: int) -> None:
            progress.update(bar, description=step, completed=done, total=total, visible=True)

        work = training.train if always else training.ensure_model
        return await work(ROOT, settings.data, on_progress)


async def _with_database(work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    async with migrated(settings_of.read()) as database:
        return await work(database)


async def _until_asked_to_stop() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(*_: object) -> None:
        with suppress(RuntimeError):  # the loop has ended, and so will we
            loop.call_soon_threadsafe(asked.set)

    # Not by the loop: that would give the signals back at its end, and one more would kill us on the way out.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, ask)
    await asked.wait()


def _settings() -> Settings:
    try:
        return settings_of.read()
    except SettingsError as error:
        _fail(error)


def _finish(work: Coroutine[Any, Any, T], *, default_style: logs.Style = "text") -> T:
    """Run to the end; what a person can mend is said in a sentence instead of a traceback."""
    try:
        style = settings_of.log_style() or default_style
        logs.configure(style)
        # What is printed for people would break the lines that machines collect.
        terminal.quiet = style == "json"
        return asyncio.run(work)
    except MENDABLE as error:
        _fail(error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fail(error: Exception) -> NoReturn:
    if terminal.quiet:
        log.error("failed error=%s reason=%s", type(error).__name__, error)
    terminal.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
    raise typer.Exit(1) from None

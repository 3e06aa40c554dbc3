"""`baton …`: the commands.

Each loads what it needs when it is called: an answer to `--help` should not wait for what it has no use for.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console as Terminal
from rich.markup import escape

from bot import logs
from handoff.values import Language

if TYPE_CHECKING:
    from bot.backup import Manifest
    from bot.settings import Settings
    from handoff.db import Database

app = typer.Typer(
    help="Customer-service chat that answers what it surely knows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
agents = typer.Typer(help="The people who take over.", no_args_is_help=True, pretty_exceptions_enable=False)
models = typer.Typer(help="The models that read messages.", pretty_exceptions_enable=False)
app.add_typer(agents, name="agents")
app.add_typer(models, name="models")

terminal = Terminal(stderr=True, highlight=False)
log = logging.getLogger("baton.cli")
T = TypeVar("T")


@app.command()
def demo() -> None:
    """Start everything with a small demo shop: the shop page, the console, and a one-time sign-in."""
    settings = _settings()
    from bot import running

    _finish(running.serve(settings, terminal, with_demo=True))


@app.command()
def run() -> None:
    """Start the server on this installation's data."""
    settings = _settings()
    from bot import running

    _finish(running.serve(settings, terminal, with_demo=False), default_style=logs.default_style())


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="A customer's message; - reads one a line from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line and nothing else.")] = False,
) -> None:
    """Show what the bot would decide, and why. Nothing is stored."""
    settings = _settings()
    from bot import asking

    lines = asking.messages(sys.stdin) if text == "-" else [text]
    _finish(asking.ask(settings, terminal, lines, as_json), least=logging.WARNING)


@app.command()
def chat(
    language: Annotated[Language | None, typer.Option(help="Which language the browser would ask for.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Come as somebody who was never here.")] = False,
) -> None:
    """Chat as a customer, here in the terminal. Starts a server if none runs on this data."""
    settings = _settings()
    from bot.chat import ChatEnded, visit

    def served() -> AbstractAsyncContextManager[str]:
        from bot import running

        return running.served_quietly(settings, terminal)

    _finish(visit(settings.data, language, served, new=new), ChatEnded, least=logging.WARNING)


@app.command()
def train(
    force: Annotated[str | None, typer.Option(help="Take it even if it breaks a promise; say why.")] = None,
) -> None:
    """Train the understanding from config.yml and nlu/data, compare it with the live model, and put it in service."""
    settings = _settings()
    from bot import modelling

    _finish(modelling.train(settings, terminal, force), least=logging.WARNING)


@app.command()
def evaluate(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="Cases as JSON Lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object and nothing else.")] = False,
    html: Annotated[Path | None, typer.Option(help="Also a page with plots.")] = None,
) -> None:
    """Judge the live model's decisions on labelled messages; without FILE on the frozen sets."""
    settings = _settings()
    from bot import modelling
    from bot.evaluation import CaseFileError

    work = modelling.evaluate(settings, terminal, file, html, as_json=as_json)
    _finish(work, CaseFileError, least=logging.WARNING)


@models.callback(invoke_without_command=True)
def list_models(context: typer.Context) -> None:
    """List the models, what is measured of them, and which one answers."""
    if context.invoked_subcommand is None:
        from bot import modelling

        _finish(modelling.models(_settings(), terminal))


@models.command("use")
def use_model(
    model: Annotated[str, typer.Argument(help="A model's id, or how it begins.")],
    reason: Annotated[str, typer.Option(prompt="Why")],
) -> None:
    """Put an earlier model back in service."""
    from bot import modelling

    _finish(modelling.use(_settings(), terminal, model, reason))


@models.command("add")
def add_encoder(
    source: Annotated[str, typer.Argument(help="A folder that sentence-transformers saved, or a hub's org/name.")],
    prefix: Annotated[str | None, typer.Option(help='Put before every text, for example "query: ".')] = None,
    force: Annotated[str | None, typer.Option(help="Take it even if it breaks a promise; say why.")] = None,
) -> None:
    """Read with a sentence encoder too: fetch, check and convert it, train with it, and put the model in service."""
    settings = _settings()
    from bot import modelling

    _finish(modelling.add_encoder(settings, terminal, source, prefix, force), least=logging.WARNING)


@models.command("remove-encoder")
def remove_encoder() -> None:
    """Go back to a model without a sentence encoder."""
    settings = _settings()
    from bot import modelling

    _finish(modelling.remove_encoder(settings, terminal), least=logging.WARNING)


@app.command("import-articles")
def import_articles(folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)]) -> None:
    """Read articles from FOLDER/<id>/<language>.md; those with the same id are replaced."""
    from bot.knowledge import articles
    from handoff.ports import SystemClock

    try:
        found = list(articles.read_folder(folder))
    except articles.ArticleFileError as error:
        _fail(error)
    if not found:
        _fail(_no_articles(folder))
    _with_database(lambda database: database.write(articles.store, found, SystemClock().now()))
    terminal.print(_counted(len({article.id for article in found}), "article") + " imported")


def _no_articles(folder: Path) -> str:
    """A folder too deep or too high is the usual reason."""
    wanted = f"there is no article in {folder}; it should have a folder for each, such as"
    shape = f"{wanted} {folder / 'gift-wrapping' / 'en.md'} (or zh-TW.md, zh-CN.md)"
    if any(folder.glob("*.md")):
        return f"{shape}. {folder} looks like an article itself: import {folder.resolve().parent}"
    inner = next(folder.glob("*/*/*.md"), None)
    return shape if inner is None else f"{shape}. Did you mean {inner.parent.parent}?"


@app.command("check-texts")
def check_texts(
    folder: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="Articles; without it, the starter articles.")
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored", help="Articles and prepared answers of this installation instead.")
    ] = False,
) -> None:
    """Check for tone what customers may read: replies, articles, prepared answers. A remark makes the exit code 1."""
    settings = _settings()
    from bot import proofreading
    from bot import shop as shops
    from bot.knowledge.articles import STARTER, ArticleFileError

    try:
        shop = shops.load(settings.shop_file)
        texts = [] if stored else proofreading.shipped(folder or STARTER)
    except (shops.ShopFileError, ArticleFileError) as error:
        _fail(error)
    if stored:
        texts = _with_database(lambda database: database.read(proofreading.stored))
    remarks = proofreading.remarks(shop, [*proofreading.of_shop(shop), *texts])
    for remark in remarks:
        print(remark)
    terminal.print(f"{_counted(len(texts), 'text')} checked, {_counted(len(remarks), 'remark')}")
    if remarks:
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""

    async def nothing(_database: object) -> None:
        return None

    _with_database(nothing)
    terminal.print("the database is up to date")


@app.command("backup")
def back_up(
    file: Annotated[Path, typer.Argument(help="A new file, for example baton.tar.gz.")],
    with_models: Annotated[bool, typer.Option(help="Also the trained models, which can be made again.")] = False,
) -> None:
    """Write database, uploaded files, signing key and shop.yml to FILE, while the server runs."""
    settings = _settings()
    from bot import backup
    from bot.dumps import DumpError
    from handoff.ports import SystemClock

    making = asyncio.to_thread(backup.create, settings, file, SystemClock().now(), with_models=with_models)
    made = _finish(making, backup.BackupError, DumpError)
    terminal.print(f"{file}: {_summary(made)}", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `baton backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the data that is there.")] = False,
) -> None:
    """Put a backup in place, all of it or nothing. The server must not run."""
    settings = _settings()
    from bot import backup
    from bot.dumps import DumpError

    restoring = asyncio.to_thread(backup.restore, settings, file, force=force)
    done = _finish(restoring, backup.BackupError, DumpError)
    terminal.print(f"restored: {_summary(done.manifest)}", soft_wrap=True)
    for note in done.notes:
        terminal.print(f"note: {note}", soft_wrap=True)


def _summary(manifest: "Manifest") -> str:
    files = _counted(sum(name.startswith("files/") for name in manifest.members), "uploaded file")
    size_mb = sum(member.bytes for member in manifest.members.values()) / 1e6
    made = f"made {manifest.made_at:%Y-%m-%d %H:%M:%S %Z} by Baton {manifest.version}"
    return f"{manifest.database} database and {files}, {size_mb:.1f} MB, {made}"


@agents.command("add")
def add_agent(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: str = "agent",
    with_password: Annotated[bool, typer.Option(help="Ask for a password; without one, sign in by link.")] = False,
) -> None:
    """Add an agent and print a one-time sign-in link."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if with_password else None
    from handoff.desk import people
    from handoff.ports import SystemClock

    now = SystemClock().now()

    async def added(database: "Database") -> str:
        await database.write(people.add_agent, email, name, role, now, password)
        return await database.write(people.issue_link, email, now)

    _print_link(_with_database(added))


@agents.command()
def link(email: str) -> None:
    """Print a new one-time sign-in link, good for a day."""
    from handoff.desk import people
    from handoff.ports import SystemClock

    _print_link(_with_database(lambda database: database.write(people.issue_link, email, SystemClock().now())))


@agents.command("list")
def list_agents() -> None:
    """Print every agent: address, name, role, whether they are online."""
    from handoff.desk import people

    for one in _with_database(lambda database: database.read(people.agents)):
        print(f"{one.email}  {one.name}  {one.role}  {one.availability}")


@agents.command("role")
def change_role(email: str, role: Annotated[str, typer.Argument(help="agent, lead, admin or maintainer.")]) -> None:
    """Let an agent do more, or less."""
    from handoff.desk import staff

    _for_agent(email, staff.change, None, role)


@agents.command()
def deactivate(email: str) -> None:
    """Take an agent off: signed out at once, their open conversations go back to the queue."""
    from handoff.desk import staff

    _for_agent(email, staff.deactivate)


@agents.command()
def reactivate(email: str) -> None:
    """Let an agent in again."""
    from handoff.desk import staff

    _for_agent(email, staff.reactivate)


def _for_agent(email: str, verb: Callable[..., None], *details: str | None) -> None:
    """Run a verb on the agent with this address, in nobody's name."""
    from handoff.desk import people
    from handoff.errors import NotFound
    from handoff.ports import SystemClock

    async def done(database: "Database") -> None:
        found = await database.read(people.find_agent, email)
        if found is None:
            raise NotFound(f"an agent {email}")
        await database.write(verb, found.id, *details, None, SystemClock().now())

    _with_database(done)


def _print_link(code: str) -> None:
    """The whole address where it is known: of a proxy, or of the server that runs."""
    from bot.settings import known_address

    settings = _settings()
    address = settings.public_url or known_address(settings.data) or ""
    print(f"{address}/console/#login={code}")
    if not address:
        terminal.print("open it behind your server's address, such as http://127.0.0.1:8080")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _with_database(work: Callable[["Database"], Coroutine[Any, Any, T]]) -> T:
    settings = _settings()
    from bot.database import migrated

    async def worked() -> T:
        async with migrated(settings) as database:
            return await work(database)

    return _finish(worked())


def _settings() -> "Settings":
    from bot import settings as settings_of

    try:
        return settings_of.read()
    except settings_of.SettingsError as error:
        _fail(error)


def _finish(
    work: Coroutine[Any, Any, T],
    *also_mendable: type[Exception],
    default_style: logs.Style = "text",
    least: int = logging.INFO,
) -> T:
    """Run to the end; what a person can mend is said in a sentence instead of a traceback.

    Events below `least` are not told.
    """
    from bot.settings import log_style

    try:
        style = log_style()
        logs.configure(style or default_style, least=least)
        _give_people_their_place(style, style or default_style)
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (*_mendable(), *also_mendable) as error:
        _fail(error)


def _give_people_their_place(asked: logs.Style | None, style: logs.Style) -> None:
    """What is printed for people must not break the lines that machines collect.

    Nobody asked for those lines where they only follow from there being no terminal: people read standard output then.
    """
    if style == "json":
        terminal.quiet = asked is not None
        terminal.file = sys.stdout


def _mendable() -> tuple[type[Exception], ...]:
    """What a person can mend; each says in a sentence how."""
    from bot.datafolder import FolderInUse
    from bot.settings import SettingsError
    from bot.shop import ShopFileError
    from bot.shopdata.base import ShopUnavailable
    from handoff.errors import BadInput, DatabaseTrouble, LastAdmin, NotFound
    from nlu.errors import NluError

    desk = (BadInput, DatabaseTrouble, LastAdmin, NotFound)
    return (*desk, FolderInUse, NluError, SettingsError, ShopFileError, ShopUnavailable)


def _fail(error: Exception | str) -> NoReturn:
    if terminal.quiet:
        log.error("failed error=%s reason=%s", type(error).__name__, error)
    terminal.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
    raise typer.Exit(1) from None

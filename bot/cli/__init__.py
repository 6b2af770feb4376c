"""The command line: a contract that scripts rely on. Every error is one clear line on stderr and an exit code."""

import asyncio
import sys
import traceback
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import typer

from bot.app import VERSION, MixedMarketsError
from bot.blotting import hide
from bot.cli.admin_commands import COMMANDS, GROUPS
from bot.cli.backfilling import backfill
from bot.cli.benching import bench
from bot.cli.calendar import calendar
from bot.cli.checking import doctor, migrate
from bot.cli.fetching import fetch
from bot.cli.gallery import gallery
from bot.cli.importing import take
from bot.cli.options import RefusedError
from bot.cli.quarantine import accept, list_refused, show
from bot.cli.reading import digest, export, signals
from bot.cli.replaying import replay
from bot.cli.rules import rules
from bot.cli.running import demo, run
from bot.cli.studying import study
from bot.gallery import GalleryIncompleteError
from bot.sources.archive_files import ArchiveError
from bot.store.errors import StoreError
from config.problems import ConfigError
from signals.core.calendar import CalendarEndedError

FAILED, WRONG = 1, 2
"""Exit codes: something failed; something was said or configured wrongly."""

_FAILURES = (
    StoreError,
    ArchiveError,
    MixedMarketsError,
    CalendarEndedError,
    RefusedError,
    GalleryIncompleteError,
    OSError,
)

app = typer.Typer(
    name="etfbot",
    help="Alerts on Chinese ETF flows, premiums, streaks and margin trading.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    *,
    version: bool = typer.Option(default=False, help="Print the version and exit.", is_eager=True),
) -> None:
    if version:
        typer.echo(f"etfbot {VERSION}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(WRONG)


def _blocking(command: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(command(*args, **kwargs))

    return run


for _name, _command in (
    ("demo", demo),
    ("run", run),
    ("import", take),
    ("replay", replay),
    ("digest", digest),
    ("signals", signals),
    ("export", export),
    ("study", study),
    ("rules", rules),
    ("backfill", backfill),
    ("fetch", fetch),
    ("calendar", calendar),
    ("doctor", doctor),
    ("migrate", migrate),
    ("bench", bench),
    ("gallery", gallery),
):
    app.command(_name)(_blocking(_command))

_quarantine = typer.Typer(help="Look at the tables that a gate refused, and let one in.")
_quarantine.command("list")(_blocking(list_refused))
_quarantine.command("show")(_blocking(show))
_quarantine.command("accept")(_blocking(accept))
app.add_typer(_quarantine, name="quarantine")

_admin = typer.Typer(help="Run the service: lists, thresholds, limits, sources, subscribers, broadcasts, back-ups.")
for _group, (_about, _commands) in GROUPS.items():
    _of_group = typer.Typer(help=_about)
    for _name, _command in _commands.items():
        _of_group.command(_name)(_blocking(_command))
    _admin.add_typer(_of_group, name=_group)
for _name, _command in COMMANDS.items():
    _admin.command(_name)(_blocking(_command))
app.add_typer(_admin, name="admin")


def main() -> None:
    """Run a command; no traceback without --debug."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except typer.Abort:
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001 - whatever it is, scripts get a line and an exit code
        if "--debug" in sys.argv:
            typer.echo(hide("".join(traceback.format_exception(error))), err=True)
        causes = error.exceptions if isinstance(error, BaseExceptionGroup) else (error,)
        for cause in causes:
            typer.echo(f"etfbot: {hide(_said(cause))}", err=True)
        sys.exit(WRONG if isinstance(causes[0], (ConfigError, typer.TyperException)) else FAILED)


def _said(cause: BaseException) -> str:
    """What went wrong, for one line."""
    if isinstance(cause, typer.TyperException):
        return " ".join(cause.format_message().split())
    if isinstance(cause, (ConfigError, *_FAILURES)):
        return str(cause)
    return f"defect: {type(cause).__name__}: {cause} (run again with --debug for the traceback)"

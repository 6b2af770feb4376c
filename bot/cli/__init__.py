"""The command line: a contract that scripts rely on. Every error is one clear line on stderr and an exit code."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import typer
from click.exceptions import Abort, ClickException

from bot.app import VERSION, MixedMarketsError
from bot.cli.checking import doctor, migrate
from bot.cli.importing import take
from bot.cli.options import RefusedError
from bot.cli.reading import digest, export, signals
from bot.cli.replaying import replay
from bot.cli.running import demo, run
from bot.sources.archive import ArchiveError
from bot.store.errors import StoreError
from config.problems import ConfigError
from signals.core.calendar import CalendarEndedError

FAILED, WRONG = 1, 2
"""Exit codes: something failed; something was said or configured wrongly."""

_FAILURES = (StoreError, ArchiveError, MixedMarketsError, CalendarEndedError, RefusedError, OSError)

app = typer.Typer(
    name="etfbot",
    help="Alerts on Chinese ETF flows, premiums, streaks and margin trading.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _root(*, version: bool = typer.Option(default=False, help="Print the version and exit.", is_eager=True)) -> None:
    if version:
        typer.echo(f"etfbot {VERSION}")
        raise typer.Exit


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
    ("doctor", doctor),
    ("migrate", migrate),
):
    app.command(_name)(_blocking(_command))


def main() -> None:
    """Run a command; no traceback without --debug."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except ClickException as error:
        error.show()
        sys.exit(WRONG)
    except Abort:
        sys.exit(FAILED)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _say(error)


def _say(error: BaseException) -> None:
    """Print what went wrong and leave with its exit code."""
    causes = error.exceptions if isinstance(error, BaseExceptionGroup) else (error,)
    for cause in causes:
        known = isinstance(cause, (ConfigError, *_FAILURES))
        text = (
            str(cause)
            if known
            else f"defect: {type(cause).__name__}: {cause} (run again with --debug for the traceback)"
        )
        typer.echo(f"etfbot: {text}", err=True)
    sys.exit(WRONG if isinstance(causes[0], ConfigError) else FAILED)

"""What every command understands: the database, the source, days and moments."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from bot import logs
from bot.app_channels import secrets_of
from bot.blotting import KNOWN, secrets_in
from config.settings import Settings, load_settings
from signals.core.calendar import MARKET_ZONE


class RefusedError(Exception):
    """What was asked for cannot be done; the text says why and what would work."""


def day_of(text: str) -> date:
    """A day as people write it on the command line; raises BadParameter that names what it is not."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day like 2026-08-07") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a moment like 2026-08-07T18:21") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=MARKET_ZONE)


DatabaseOption: TypeAlias = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="sqlite:///FILE or postgresql://…; wins over settings.")
]
SourceOption: TypeAlias = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="akshare, archive or demo; wins over settings.")
]
DebugOption: TypeAlias = Annotated[bool, typer.Option("--debug", help="Log everything; show tracebacks.")]
DayOption: TypeAlias = Annotated[date, typer.Option("--day", parser=day_of, metavar="YYYY-MM-DD", help="The session.")]
FromOption: TypeAlias = Annotated[
    date, typer.Option("--from", parser=day_of, metavar="YYYY-MM-DD", help="First session.")
]
ToOption: TypeAlias = Annotated[date, typer.Option("--to", parser=day_of, metavar="YYYY-MM-DD", help="Last session.")]
AsofOption: TypeAlias = Annotated[
    datetime | None,
    typer.Option("--asof", parser=_moment, metavar="ISO", help="As known at this moment, Shanghai time; default: now."),
]


def settings_of(database: str | None, source: str | None, *, debug: bool, **more: Any) -> Settings:
    """The settings with what the command line says on top; logging is set up by them."""
    said = {"database": database, "source": source, "log_level": "debug" if debug else None, **more}
    KNOWN.learn(secrets_in(os.environ.items()))
    settings = load_settings(os.environ, Path.cwd(), {key: value for key, value in said.items() if value is not None})
    logs.configure(settings.log_level, settings.log_format, secrets_of(settings))
    return settings

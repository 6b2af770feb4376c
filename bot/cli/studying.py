"""`etfbot study`: what followed a signal in the past, as a table, as JSON, as a picture."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.app import opened
from bot.channels.console import ConsoleChannel
from bot.cli.options import (
    AsofOption,
    DatabaseOption,
    DebugOption,
    RefusedError,
    SourceOption,
    day_of,
    settings_of,
)
from bot.messages.catalogue import catalogue
from bot.messages.study import study_message
from bot.pictures.studio import drawn
from bot.pictures.study import study_chart
from bot.schedule import SystemClock
from bot.studies import ALL_SESSIONS, Told
from bot.subscriptions import Language
from config.problems import unknown
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector
from signals.core.profile import FundClass
from signals.study.evidence import Study


async def study(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A signal, such as inflow_streak.")],
    *,
    fund_class: Annotated[
        FundClass | None, typer.Option("--class", help="Funds of this class; default: of which the signal speaks most.")
    ] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, metavar="N", help="Only the last N sessions; default: all there are.")
    ] = ALL_SESSIONS,
    day: Annotated[
        date | None, typer.Option("--day", parser=day_of, metavar="YYYY-MM-DD", help="Up to this session.")
    ] = None,
    asof: AsofOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    png: Annotated[Path | None, typer.Option("--png", metavar="FILE", help="Draw it into this file, too.")] = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="Language; default: the setting.")] = None,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show what followed a signal in the past, beside what follows on any other day."""
    settings = settings_of(database, source, debug=debug)
    moment = asof or SystemClock().now()
    async with opened(settings, exclusive=False) as world:
        if name not in world.detectors:
            raise typer.BadParameter(f"{name!r} " + unknown(name, world.detectors, "a signal"))
        detector, last = world.detectors[name], day or moment.astimezone(MARKET_ZONE).date()
        until = world.calendar.at_or_before(min(last, world.calendar.last))
        told = await world.studies.history(
            world.store.market, world.calendar, detector, day=until, asof=moment, sessions=days, fund_class=fund_class
        )
        language = lang or Language(settings.language)
        made = _known(told, detector)
        if png is not None:
            _draw(png, told, made, detector, language)
        if as_json:
            typer.echo(json.dumps(study_object(made, detector), ensure_ascii=False))
            return
        words = catalogue(language)
        horizon = world.studies.plan.horizon_sessions
        message = study_message(made, words.of(detector.title), horizon, words, None, demo=told.demo)
        for part in ConsoleChannel(Console()).render(message):
            typer.echo(part.markup)


def study_object(made: Study, detector: Detector) -> dict[str, Any]:
    """A study as scripts read it: days as ISO, shares and returns as fractions, null where nothing is known."""
    told = asdict(made)
    dates = {name: None if told[name] is None else told[name].isoformat() for name in ("first", "last")}
    settings = {key: value for key, value in detector.settings().items() if key not in ("tell", "tell_end")}
    return {**told, "axis": made.axis.value, **dates, "settings": settings}


def _known(told: Told, detector: Detector) -> Study:
    if told.study is None or told.study.first is None:
        raise RefusedError(
            f"nothing is known that {detector.name} could be judged by; import some history (etfbot import DIR)"
        )
    return told.study


def _draw(file: Path, told: Told, made: Study, detector: Detector, language: Language) -> None:
    words = catalogue(language)
    chart = study_chart(made, words.of(detector.title), words, demo=told.demo)
    if chart is None:
        raise RefusedError(f"{detector.name} fired too seldom for a picture: {made.firings} times")
    file.write_bytes(drawn(chart, "").png)

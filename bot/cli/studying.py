"""`etfbot study`: what followed a signal, or several values of a quantity, as a table, as JSON, as a picture."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
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
from bot.messages.figures import number
from bot.messages.model import Message
from bot.messages.study import study_message, thresholds_message
from bot.pictures.studio import drawn
from bot.pictures.study import study_chart
from bot.poll import World
from bot.schedule import SystemClock
from bot.studies import ALL_SESSIONS, Told
from bot.subscriptions import Language
from config.problems import unknown
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector
from signals.core.profile import FundClass
from signals.core.vocabulary import FUND_QUANTITIES
from signals.study.evidence import Study


def _values(text: str) -> list[float]:
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no list of numbers like 3,5,8") from None


async def study(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A signal, such as inflow_streak; with --at a quantity.")],
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
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="V,V,…", help="NAME is a quantity of funds: study these values of it."),
    ] = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="Language; default: the setting.")] = None,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show what followed a signal in the past, beside what follows on any other day."""
    settings = settings_of(database, source, debug=debug)
    moment = asof or SystemClock().now()
    async with opened(settings, exclusive=False) as world:
        until = world.calendar.at_or_before(min(day or moment.astimezone(MARKET_ZONE).date(), world.calendar.last))
        asked = _Asked(world, until, moment, days, fund_class, lang or Language(settings.language))
        if at:
            await _study_values(asked, name, _values(at), as_json=as_json)
        else:
            await _study_signal(asked, name, png, as_json=as_json)


@dataclass(frozen=True)
class _Asked:
    """What studies of both kinds are asked with."""

    world: World
    until: date
    asof: datetime
    sessions: int
    fund_class: FundClass | None
    language: Language


async def _study_signal(asked: _Asked, name: str, png: Path | None, *, as_json: bool) -> None:
    world, words = asked.world, catalogue(asked.language)
    if name not in world.detectors:
        raise typer.BadParameter(f"{name!r} " + unknown(name, world.detectors, "a signal"))
    detector = world.detectors[name]
    told = await world.studies.history(
        world.store.market,
        world.calendar,
        detector,
        day=asked.until,
        asof=asked.asof,
        sessions=asked.sessions,
        fund_class=asked.fund_class,
    )
    made = _known(told.study, name)
    if png is not None:
        _draw(png, told, made, detector, asked.language)
    if as_json:
        settings = {key: value for key, value in detector.settings().items() if key not in {"tell", "tell_end"}}
        _print_json(study_object(made) | {"settings": settings})
        return
    horizon = world.studies.plan.horizon_sessions
    _print(study_message(made, words.of(detector.title), horizon, words, None, demo=told.demo))


async def _study_values(asked: _Asked, name: str, values: Sequence[float], *, as_json: bool) -> None:
    world, words = asked.world, catalogue(asked.language)
    if name not in FUND_QUANTITIES:
        raise typer.BadParameter(f"{name!r} " + unknown(name, FUND_QUANTITIES, "a quantity of funds"))
    quantity = FUND_QUANTITIES[name]
    told = await world.studies.thresholds(
        world.store.market,
        world.calendar,
        quantity,
        values,
        day=asked.until,
        asof=asked.asof,
        sessions=asked.sessions,
        fund_class=asked.fund_class or FundClass.EQUITY,
    )
    studies = [_known(one, name) for one in told.studies or [None]]
    if as_json:
        _print_json([study_object(one) | {"at": value} for value, one in zip(values, studies, strict=True)])
        return
    horizon, unit = world.studies.plan.horizon_sessions, told.unit
    shown = [number(value, unit, asked.language) for value in values]
    _print(thresholds_message(studies, shown, words.of(quantity.label), horizon, words, demo=told.demo))


def _print(message: Message) -> None:
    for part in ConsoleChannel(Console()).render(message):
        typer.echo(part.markup)


def _print_json(made: Any) -> None:
    typer.echo(json.dumps(made, ensure_ascii=False))


def study_object(made: Study) -> dict[str, Any]:
    """A study as scripts read it: days as ISO, shares and returns as fractions, null where nothing is known."""
    told = asdict(made)
    dates = {name: None if told[name] is None else told[name].isoformat() for name in ("first", "last")}
    return {**told, "axis": made.axis.value, **dates}


def _known(made: Study | None, name: str) -> Study:
    if made is None or made.first is None:
        raise RefusedError(f"nothing is known that {name} could be judged by; import some history (etfbot import DIR)")
    return made


def _draw(file: Path, told: Told, made: Study, detector: Detector, language: Language) -> None:
    words = catalogue(language)
    chart = study_chart(made, words.of(detector.title), words, demo=told.demo)
    if chart is None:
        raise RefusedError(f"{detector.name} fired too seldom for a picture: {made.firings} times")
    file.write_bytes(drawn(chart, "").png)

"""`etfbot fetch` and the live part of `etfbot doctor`: ask publishers once and show what they say; nothing is kept."""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app import calendar_of
from bot.app_sources import data_of
from bot.asking import outcome_of
from bot.cli.options import DatabaseOption, DayOption, DebugOption, RefusedError, SourceOption, settings_of
from bot.cli.progress import bar
from bot.schedule import SystemClock
from bot.sources.base import Source
from bot.sources.counted import counting
from bot.sources.datum import Datum, sources_in
from bot.sources.gates import Baseline, check
from bot.sources.upstreams import Outcome
from signals.core.snapshot import Snapshot

_ROWS_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What one question to a publisher came to."""

    source: Source
    outcome: Outcome
    says: str
    """The gate that closed, or the failure; empty for a good table."""
    snapshots: list[Snapshot]
    requests: int
    seconds: float


async def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A source such as sse.shares, or a datum: shares.sse.")],
    *,
    day: DayOption,
    as_json: Annotated[bool, typer.Option("--json", help="All rows, as one JSON object a table.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Ask one source for one session and show its table and what the gates say; nothing is stored."""
    settings = settings_of(database, source, debug=debug)
    chosen = _named(data_of(settings, calendar_of(settings)), name)
    probe = await probed(chosen, day, SystemClock().now())
    for one in probe.snapshots:
        if as_json:
            typer.echo(json.dumps(_whole(probe, one), ensure_ascii=False))
        else:
            _show(probe, one)
    if probe.outcome is not Outcome.TABLE:
        raise RefusedError(f"{chosen.name}: {probe.outcome}: {probe.says}")
    if not probe.snapshots:
        typer.echo(f"{chosen.name} has nothing to tell of the days up to {day}", err=True)


async def probe_all(sources: Sequence[Source], day: date, now: datetime, console: Console) -> int:
    """Ask every publisher once for a session and print how they fare; how many failed."""
    table, reasons = Table("source", "host", "day", "rows", "seconds", "verdict"), list[str]()
    with bar(len(sources)) as progress:
        for source in sources:
            progress.at(source.name)
            probe = await probed(source, day, now)
            table.add_row(*_line(probe))
            if probe.outcome not in (Outcome.TABLE, Outcome.NOT_PUBLISHED):
                reasons.append(f"{source.name}: {probe.says}")
            progress.step()
    console.print(table)
    for reason in reasons:
        console.print(reason, markup=False, highlight=False, soft_wrap=True)
    return len(reasons)


async def probed(source: Source, day: date, now: datetime) -> Probe:
    """Read a source once, without a second try, and let its tables pass the gates that need no past."""
    started, snapshots = time.monotonic(), list[Snapshot]()
    with counting() as requests:
        try:
            snapshots = await asyncio.to_thread(source.readings, day, now)
            outcome, says = Outcome.TABLE, ""
            for one in snapshots:
                check(one, day if source.exact else one.day, Baseline())
        except Exception as error:  # noqa: BLE001 -- whatever a source raises is what is to be shown
            outcome, says = outcome_of(error, source.name), str(error)
    return Probe(
        source=source,
        outcome=outcome,
        says=says,
        snapshots=snapshots,
        requests=requests.total(),
        seconds=time.monotonic() - started,
    )


def _named(data: Iterable[Datum], name: str) -> Source:
    data = tuple(data)
    if not data:
        raise RefusedError("nothing is asked of publishers with this source; say --source akshare")
    known = {source.name: source for source in sources_in(data)}
    known |= {one.name: one.sources[0] for one in data}
    if name not in known:
        raise typer.BadParameter(f"{name!r} is no source; there are {', '.join(sorted(known))}")
    return known[name]


def _line(probe: Probe) -> Iterator[str]:
    yield probe.source.name
    yield probe.source.host
    yield max((one.day.isoformat() for one in probe.snapshots), default="–")
    yield str(sum(len(one.table) for one in probe.snapshots))
    yield f"{probe.seconds:.1f}"
    yield "[green]good[/]" if probe.outcome is Outcome.TABLE else f"[red]{probe.outcome.replace('_', ' ')}[/]"


def _show(probe: Probe, one: Snapshot) -> None:
    console = Console()
    state = "provisional" if one.provisional else "final"
    console.print(
        f"[bold]{one.source}[/] ({probe.source.host}): {one.dataset} {one.scope} of {one.day}, {len(one.table)} rows, "
        f"{state}, {probe.requests} requests, {probe.seconds:.1f} s"
    )
    console.print(f"gates: {escape(probe.says) or 'passed'}")
    table = Table("", *one.table.columns)
    for code, row in one.table.head(_ROWS_SHOWN).iterrows():
        table.add_row(str(code), *map(_cell, row))
    console.print(table)


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _whole(probe: Probe, one: Snapshot) -> dict[str, Any]:
    rows = one.table.astype(object).where(one.table.notna(), None)
    return {
        "source": one.source,
        "host": probe.source.host,
        "dataset": one.dataset,
        "scope": one.scope,
        "day": one.day.isoformat(),
        "fetched_at": one.fetched_at.isoformat(),
        "provisional": one.provisional,
        "requests": probe.requests,
        "gates": probe.says or "passed",
        "rows": {str(code): row for code, row in rows.to_dict("index").items()},
    }

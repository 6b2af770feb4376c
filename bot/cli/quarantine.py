"""`etfbot quarantine`: look at the tables that a gate refused, and let one in."""

import json
import math
import os
import re
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app import opened
from bot.channels.legible import legible
from bot.cli.options import DatabaseOption, DebugOption, SourceOption, day_of, settings_of
from bot.schedule import SystemClock
from bot.store.quarantine import Acceptance, Refusal
from signals.core.calendar import MARKET_ZONE

_ID_MAX = 2**63 - 1
"""What a database can count to."""

NumberArgument: TypeAlias = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=_ID_MAX, help="The table's number in the list.")
]


async def list_refused(
    *,
    start: Annotated[
        date | None, typer.Option("--from", parser=day_of, metavar="YYYY-MM-DD", help="Of this session and later.")
    ] = None,
    end: Annotated[
        date | None, typer.Option("--to", parser=day_of, metavar="YYYY-MM-DD", help="Of this session and earlier.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """List the tables that are kept out, the newest session first."""
    if start is not None and end is not None and end < start:
        raise typer.BadParameter(f"--from {start} is after --to {end}")
    settings = settings_of(database, source, debug=debug)
    async with opened(settings, exclusive=False) as world:
        kept_out = await world.store.quarantine.refusals(start, end)
    for one in reversed(kept_out):
        typer.echo(json.dumps(_object(one), ensure_ascii=False) if as_json else _line(one))
    if not kept_out and not as_json:
        of = "" if start is None and end is None else " of these sessions"
        typer.echo(f"no table{of} is kept out: all is well")


async def show(
    number: NumberArgument,
    *,
    rows: Annotated[int, typer.Option("--rows", min=1, metavar="N", help="Rows to print.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="All rows, as one JSON object.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show a refused table: why it is kept out and its first rows, those that the gate names before the others."""
    settings = settings_of(database, source, debug=debug)
    async with opened(settings, exclusive=False) as world:
        refusal, snapshot = await world.store.quarantine.find(number)
    table = snapshot.table
    if as_json:
        typer.echo(json.dumps({**_object(refusal), "table": _records(table)}, ensure_ascii=False))
        return
    typer.echo(_line(refusal))
    if refusal.accepted_at is not None:
        typer.echo(f"let in {_clock(refusal.accepted_at)}")
    _print(_named_first(table, refusal.detail).head(rows))
    if len(table) > rows:
        typer.echo(f"{len(table) - rows:,} more rows (--rows {len(table)} shows all)")


async def accept(
    number: NumberArgument,
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the audit log.")] = "",
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Let a refused table in; works beside the running service."""
    settings = settings_of(database, source, debug=debug)
    who = f"cli:{os.environ.get('USER') or os.getuid()}"
    async with opened(settings, exclusive=False) as world:
        accepted = await world.store.quarantine.accept(number, who, note, SystemClock().now())
    typer.echo(f"let in: {_line(accepted.refusal)}")
    typer.echo(_meaning(accepted))


def _meaning(accepted: Acceptance) -> str:
    if not accepted.new:
        return "its source had said the very same and passed: no figure changes"
    if accepted.newer_at is not None:
        return f"a newer table of the session, known since {_clock(accepted.newer_at)}, goes before it where both speak"
    return "figures are computed from it from the next poll or digest on, and it is not refused again"


def _line(one: Refusal) -> str:
    return legible(
        f"{one.id}  {one.day}  {one.dataset}  {one.source}  {one.scope}  {one.rows:,} rows  "
        f"{one.gate}: {one.detail}  (fetched {_clock(one.fetched_at)})"
    )


def _clock(at: datetime) -> str:
    return f"{at.astimezone(MARKET_ZONE):%Y-%m-%d %H:%M}"


def _object(one: Refusal) -> dict[str, Any]:
    return {
        "id": one.id,
        "day": one.day.isoformat(),
        "dataset": one.dataset,
        "source": one.source,
        "scope": one.scope,
        "rows": one.rows,
        "gate": one.gate,
        "detail": one.detail,
        "provisional": one.provisional,
        "fetched_at": one.fetched_at.astimezone(MARKET_ZONE).isoformat(),
        "accepted_at": one.accepted_at and one.accepted_at.astimezone(MARKET_ZONE).isoformat(),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Every row as scripts read it; null is not known."""
    columns = ["code", *map(str, table.columns)]
    return [dict(zip(columns, map(_plain, row), strict=True)) for row in table.itertuples()]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _named_first(table: pd.DataFrame, detail: str) -> pd.DataFrame:
    named = table.index.isin(re.findall(r"\w+", detail))
    return table.iloc[np.argsort(~named, kind="stable")]


def _print(table: pd.DataFrame) -> None:
    shown = Table("code")
    for name in table.columns:
        shown.add_column(escape(legible(str(name))), justify="right", overflow="fold")
    for row in table.itertuples():
        shown.add_row(*(escape(legible(_cell(value))) for value in row))
    Console().print(shown)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:,.12g}"
    return str(value)

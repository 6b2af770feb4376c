"""What is known of every fund on one session, one row per fund: for spreadsheets and for checking us."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

import numpy as np

from bot.messages.names import Named
from bot.sights import signals_of
from bot.store.alerts import RecordedAlert
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector
from signals.core.field import Axis, Unit
from signals.core.financing import FUND_BALANCE
from signals.core.flows import FLOW
from signals.core.matrix import Ints
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.peers import RANKS, alive
from signals.core.quantity import Quantity
from signals.core.signal import Signal
from signals.core.sizes import SHARE_COUNT
from signals.core.vocabulary import FUND_QUANTITIES

Cell = str | float | int | bool | None
Row = dict[str, Cell]

_FIRST_RANK = next(one.name for one in RANKS.values())

_DATED = frozenset({SHARE_COUNT.name, FLOW.name, FUND_BALANCE.name})
"""Quantities whose session has a column of its own."""

_LATE = (SHARE_COUNT.needs, FUND_BALANCE.needs)
"""Published after the session: until then the newest ones stand there with their date."""

_WHOLE = frozenset({Unit.SESSIONS, Unit.COUNT, Unit.RANK})


@dataclass(frozen=True, eq=False, slots=True)
class _Column:
    """A quantity read at each fund's newest published session."""

    measure: Measure
    rows: Ints

    def cell(self, column: int) -> Cell:
        value = self.measure.values[self.rows[column], column] if self.rows[column] >= 0 else np.nan
        if not np.isfinite(value):
            return None
        return int(value) if self.measure.unit in _WHOLE else float(value)


def export_rows(panel: Panel, detectors: Iterable[Detector]) -> Iterator[Row]:
    """One row per fund that is listed on the panel's last session; None = not known.

    Fractions, 元 and 份 throughout. Figures stand as of the panel's last session; those that need share
    counts or financing balances as of the newest session for which the fund's exchange has published them,
    named by `shares_date`, `flow_date` and `fund_financing_date`. `signals` holds the kinds that fire,
    separated by blanks.
    """
    day = panel.sessions[-1]
    columns = {name: _read(panel, quantity) for name, quantity in FUND_QUANTITIES.items()}
    firing = signals_of(panel, detectors)
    listed = panel.derive(alive)[-1]
    for column, fund in enumerate(panel.subjects[Axis.FUND]):
        if not listed[column]:
            continue
        figures = {name: one.cell(column) for name, one in columns.items()}
        profile = panel.profiles[fund]
        yield {
            "code": fund,
            "name": profile.name,
            "date": day.isoformat(),
            **_dated(figures, panel, columns, column),
            "signals": " ".join(signal.kind for signal in firing.get(fund, ())),
        }


def _read(panel: Panel, quantity: Quantity) -> _Column:
    rows = panel.derive(quantity.newest_rows)
    if quantity.needs not in _LATE:
        # Figures of the session itself are not carried over from an older one.
        rows = np.where(rows == len(panel.sessions) - 1, rows, -1)
    return _Column(quantity.on(panel), rows)


def _dated(figures: Mapping[str, Cell], panel: Panel, columns: Mapping[str, _Column], column: int) -> Row:
    row: Row = {}
    for name, cell in figures.items():
        if name == _FIRST_RANK:
            row["index_code"] = panel.profiles[panel.subjects[Axis.FUND][column]].index_key or None
        row[name] = cell
        if name in _DATED:
            row[f"{name}_date"] = _session(panel, columns[name], column, cell)
        if name == FLOW.name:
            soft = columns[name].measure.soft
            row["flow_estimated"] = None if cell is None else bool(soft[columns[name].rows[column], column])
    return row


def _session(panel: Panel, one: _Column, column: int, cell: Cell) -> str | None:
    return None if cell is None else panel.sessions[one.rows[column]].isoformat()


def write_csv(rows: Iterable[Row], out: TextIO) -> None:
    """Rows as CSV with a header; an empty cell is not known."""
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _csv_cell(cell) for name, cell in row.items()})


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def write_json(rows: Iterable[Row], out: TextIO) -> None:
    """Rows as a JSON array; null is not known."""
    json.dump(list(rows), out, ensure_ascii=False, indent=1)
    out.write("\n")


def signal_object(signal: Signal, named: Named, asof: datetime, reason: str | None) -> dict[str, Any]:
    """A signal as scripts read it: session, asof, kind, code, name, reason, basis, evidence."""
    return {
        "session": signal.day.isoformat(),
        "asof": asof.astimezone(MARKET_ZONE).isoformat(),
        "kind": signal.kind,
        "code": signal.subject.code,
        "name": named.index(signal.subject.code)
        if signal.subject.axis is Axis.TRACKED
        else named.fund(signal.subject.code),
        "reason": reason,
        "basis": None if signal.basis is None else str(signal.basis),
        "evidence": {
            name: {
                "value": figure.value,
                "date": figure.day.isoformat(),
                "source": figure.source,
                "estimated": figure.estimated,
            }
            for name, figure in signal.evidence.items()
        },
    }


def alert_object(recorded: RecordedAlert, named: Named) -> dict[str, Any]:
    """A recorded alert as scripts read it."""
    alert = recorded.alert
    return signal_object(alert.signal, named, recorded.asof, str(alert.reason))

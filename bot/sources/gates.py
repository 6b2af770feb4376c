"""What a table must pass before anything is computed from it. Pure; the first gate that closes names itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from bot.sources.base import SourceChangedError
from bot.sources.gates_daily import check_daily
from bot.sources.gates_margin import check_margin
from bot.sources.gates_spot import check_spot
from signals.core.field import (
    AMOUNT,
    CLOSE,
    FINANCING,
    FUND_FINANCING,
    FUND_SHORT_SHARES,
    INDEX_CLOSE,
    LIMIT,
    NAV,
    PREV_CLOSE,
    SHARES,
    SPOT_AMOUNT,
    SPOT_PREV_CLOSE,
    SPOT_PRICE,
    STOCK_AMOUNT,
    STOCK_CLOSE,
    STOCK_PREV_CLOSE,
    VOLUME,
    WEIGHT,
    Axis,
    Field,
)
from signals.core.profile import exchange_of
from signals.core.snapshot import Dataset, Snapshot

ROW_TOLERANCE = 0.10
"""A table may be this much longer or shorter than the last good one of the same publisher."""

WHOLE_MARKET_ROWS = 100
"""A last good table shorter than this is somebody's own selection and may grow and shrink freely."""

LEAST_COVERAGE = 1 / 3
"""Without a good table to compare with: the least share of the exchange's known funds it must hold."""

HOLES_MAX = 0.5
"""A table with more zeros than this is a form that nobody has filled in yet."""

OFF_BAND_SHARE = 0.5
"""So many rows outside a field's band mean that the unit has changed, not that the market has."""

SHARE_LEAP = 20.0
"""A whole table whose typical count moves by this factor since the last good one has changed its unit."""


REPEATED_SHARE = 0.98
"""A few in a hundred stocks close where they closed before, so many only where it is the same list."""

_STOCK_CODE = re.compile(r"6\d{5}|(?:00[0-3]|30\d)\d{3}|(?:[48]\d|92)\d{4}|(?:900|20\d)\d{3}")
"""Shanghai, Shenzhen, Beijing, and B shares, which some indices hold. Hong Kong's five digits, where a source
fills them up, reach to 009999: of an index with stocks of there, some are none of these."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What is known of a publisher's tables when the next one comes in."""

    last_good: pd.DataFrame | None = None
    """Its newest accepted table of an earlier session (or of the same, for a revision)."""
    last_day: date | None = None
    """The session that table is about."""
    known_funds: int = 0
    """Funds of the exchange in the profiles; 0 = not known."""


_BANDS: Mapping[Field, tuple[float, float]] = {
    CLOSE: (0.05, 1000.0),
    PREV_CLOSE: (0.05, 1000.0),
    NAV: (0.05, 1000.0),
    SHARES: (1e6, 1e12),
    AMOUNT: (0.0, 1e12),
    VOLUME: (0.0, 1e12),
    SPOT_PRICE: (0.05, 1000.0),
    SPOT_PREV_CLOSE: (0.05, 1000.0),
    SPOT_AMOUNT: (0.0, 1e12),
    INDEX_CLOSE: (10.0, 1e6),
    FUND_FINANCING: (1e4, 1e10),
    FUND_SHORT_SHARES: (100.0, 1e9),
    STOCK_CLOSE: (0.05, 1e4),
    STOCK_PREV_CLOSE: (0.05, 1e4),
    STOCK_AMOUNT: (1e5, 1e12),
}
"""Plausible values in our units: 份 and 元."""

_REQUIRED: Mapping[Dataset, tuple[Field, ...]] = {
    Dataset.DAILY: (CLOSE,),
    Dataset.SPOT: (SPOT_PRICE, SPOT_PREV_CLOSE),
    Dataset.SHARES: (SHARES,),
    Dataset.NAV: (NAV,),
    Dataset.INDEX: (INDEX_CLOSE,),
    Dataset.MARGIN: (FINANCING,),
    Dataset.MARGIN_DETAIL: (FUND_FINANCING,),
    Dataset.CONSTITUENTS: (WEIGHT,),
    Dataset.STOCKS: (STOCK_CLOSE,),
    Dataset.LIMITS: (LIMIT,),
}

_OF_SOME = (Dataset.MARGIN_DETAIL, Dataset.STOCKS)
"""Whose length is steady and has nothing to do with the number of known funds."""


def check(snapshot: Snapshot, asked: date, baseline: Baseline) -> None:
    """Raise SourceChangedError, naming the gate, if the table may not be used."""
    if snapshot.day != asked:
        raise SourceChangedError("day", f"asked for {asked}, answered with {snapshot.day}")
    if snapshot.table.empty:
        raise SourceChangedError("rows", "the table is empty")
    for gate in _GATES:
        gate(snapshot, baseline)


def _columns(snapshot: Snapshot, _: Baseline) -> None:
    for one in _REQUIRED.get(snapshot.dataset, ()):
        if one.name not in snapshot.table.columns:
            raise SourceChangedError("columns", f"there is no column {one.name}")
        figures = snapshot.table[one.name]
        if not np.isfinite(figures).any():
            raise SourceChangedError("columns", f"no row has a value of {one.name}")
        if (figures == 0).mean() > HOLES_MAX:
            raise SourceChangedError("columns", f"{one.name} is 0 in most rows")


def _codes(snapshot: Snapshot, _: Baseline) -> None:
    if not snapshot.dataset.in_panel or snapshot.dataset.axis is not Axis.FUND:
        return
    for code in snapshot.table.index:
        try:
            exchange = exchange_of(code)
        except ValueError as error:
            raise SourceChangedError("codes", str(error)) from None
        if snapshot.scope not in ("all", exchange):
            raise SourceChangedError("codes", f"{code} is not a fund of {snapshot.scope}")


def _stock_codes(snapshot: Snapshot, _: Baseline) -> None:
    if snapshot.dataset.axis is not Axis.STOCK:
        return
    for code in snapshot.table.index:
        if not _STOCK_CODE.fullmatch(code):
            raise SourceChangedError("codes", f"{code} is not a stock of the mainland")


def _row_count(snapshot: Snapshot, baseline: Baseline) -> None:
    if snapshot.dataset not in (Dataset.DAILY, Dataset.SPOT, Dataset.SHARES, Dataset.NAV, *_OF_SOME):
        return
    rows = len(snapshot.table)
    if baseline.last_good is not None and len(baseline.last_good) >= WHOLE_MARKET_ROWS:
        before = len(baseline.last_good)
        if abs(rows - before) > ROW_TOLERANCE * before:
            raise SourceChangedError("row_count", f"{rows} rows, the last good table had {before}")
    elif snapshot.dataset not in _OF_SOME and rows < LEAST_COVERAGE * baseline.known_funds:
        raise SourceChangedError("row_count", f"{rows} rows for {baseline.known_funds} known funds")


def _profile_words(snapshot: Snapshot, _: Baseline) -> None:
    if snapshot.dataset is not Dataset.PROFILE:
        return
    words = snapshot.table.reindex(columns=["name", "index_code", "index_name"]).fillna("")
    if (words == "").all(axis=1).mean() > HOLES_MAX:
        raise SourceChangedError("columns", "most rows have neither a name nor an index")


def _bands(snapshot: Snapshot, _: Baseline) -> None:
    for one, (low, high) in _BANDS.items():
        if one.name not in snapshot.table.columns:
            continue
        figures = snapshot.table[one.name].to_numpy(dtype=np.float64)
        # A hole that a publisher fills with 0 is that fund's hole, judged later; a unit is the table's.
        told = np.flatnonzero(np.isfinite(figures) & (figures != 0))
        outside = told[(figures[told] < low) | (figures[told] > high)]
        if outside.size > OFF_BAND_SHARE * told.size:
            code, value = snapshot.table.index[outside[0]], figures[outside[0]]
            raise SourceChangedError("unit", f"{one.name} of {code} is {value:g}, outside {low:g} to {high:g}")


def _scale(snapshot: Snapshot, baseline: Baseline) -> None:
    if snapshot.dataset is not Dataset.SHARES or baseline.last_good is None:
        return
    now = snapshot.table[SHARES.name].to_numpy(dtype=np.float64)
    before = baseline.last_good[SHARES.name].reindex(snapshot.table.index).to_numpy(dtype=np.float64)
    both = (now > 0) & (before > 0)
    ratio = np.median(now[both] / before[both]) if both.any() else 1.0
    if ratio > SHARE_LEAP or ratio < 1 / SHARE_LEAP:
        raise SourceChangedError("unit", f"share counts are {ratio:g} times those of the last good table")


def _list_repeated(snapshot: Snapshot, baseline: Baseline) -> None:
    """Lists of all stocks and pools of limits carry no date: the rows of an earlier session are that session's."""
    figure = {Dataset.STOCKS: STOCK_CLOSE.name, Dataset.LIMITS: LIMIT.name}.get(snapshot.dataset)
    if figure is None or baseline.last_good is None or baseline.last_day in (None, snapshot.day):
        return
    rows = pd.concat([snapshot.table[figure], baseline.last_good[figure]], axis=1, keys=["now", "before"])
    told = rows.dropna(how="all")
    if (told["now"] == told["before"]).mean() >= REPEATED_SHARE:
        raise SourceChangedError("day", f"the rows are those of {baseline.last_day}")


def _traded_value(snapshot: Snapshot, _: Baseline) -> None:
    if snapshot.dataset is not Dataset.DAILY or not {VOLUME.name, AMOUNT.name} <= set(snapshot.table.columns):
        return
    volume, close, amount = (snapshot.table[one.name].to_numpy(dtype=np.float64) for one in (VOLUME, CLOSE, AMOUNT))
    told = (volume > 0) & (amount > 0) & np.isfinite(close)
    ratio = np.median(volume[told] * close[told] / amount[told]) if told.any() else 1.0
    if ratio < 0.5 or ratio > 2.0:
        raise SourceChangedError("unit", f"volume × close is {ratio:g} times the traded value")


def _daily(snapshot: Snapshot, baseline: Baseline) -> None:
    if snapshot.dataset is Dataset.DAILY:
        check_daily(snapshot, baseline.last_good, baseline.last_day)


def _margin(snapshot: Snapshot, baseline: Baseline) -> None:
    if snapshot.dataset in (Dataset.MARGIN, Dataset.MARGIN_DETAIL):
        check_margin(snapshot, baseline.last_good, baseline.last_day)


def _spot(snapshot: Snapshot, baseline: Baseline) -> None:
    if snapshot.dataset is Dataset.SPOT:
        check_spot(snapshot, baseline.last_good, baseline.last_day)


_GATES: tuple[Callable[[Snapshot, Baseline], None], ...] = (
    _columns,
    _codes,
    _stock_codes,
    _row_count,
    _profile_words,
    _bands,
    _scale,
    _margin,
    _list_repeated,
    _traded_value,
    _daily,
    _spot,
)

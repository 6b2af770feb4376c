"""What a table of closes must pass beside the gates of every table. Pure."""

from datetime import date

import numpy as np
import pandas as pd

from bot.sources.base import SourceChangedError
from signals.core.field import AMOUNT, CLOSE, IOPV, PREV_CLOSE, Field
from signals.core.matrix import Floats
from signals.core.snapshot import Snapshot

REPEATED_SHARE = 0.95
"""With so many traded values equal to those of an earlier session, a list without a date is that session's."""

UNMOVED_SHARE = 0.5
"""Of closes, beside the previous closes: one list of a session may be older than the other."""

PRICE_TOLERANCE_CNY = 1e-6
"""Far below the last digit of a price."""

MARKET_FUNDS = 20
"""Fewer funds than this show nothing: somebody's own few may be typed in by hand, or all trade at a premium."""

PREMIUM_MAX = 0.2
"""A typical fund is not this far from its IOPV: one of the two figures is in another unit or column."""


def check_daily(snapshot: Snapshot, last_good: pd.DataFrame | None, last_day: date | None) -> None:
    """Raise SourceChangedError, naming the gate, if closes may not be used; what is known as in `Baseline`."""
    if last_good is not None and last_day is not None and last_day < snapshot.day:
        _repeated(snapshot.table, last_good, last_day)
        _chain(snapshot.table, last_good, last_day)
    _premium(snapshot.table)


def _repeated(table: pd.DataFrame, last_good: pd.DataFrame, last_day: date) -> None:
    """Sina's list carries no date: before the open and on a holiday it still holds the last session."""
    now, before = _both(table, last_good, AMOUNT)
    equal = int((now == before).sum())
    if now.size >= MARKET_FUNDS and equal >= REPEATED_SHARE * now.size:
        raise SourceChangedError("day", f"{equal} of {now.size} traded values are those of {last_day}")


def _chain(table: pd.DataFrame, last_good: pd.DataFrame, last_day: date) -> None:
    """The last good table may be another publisher's, who rounds traded values in his own way, but not prices.

    A new session starts from the closes of the one before, so its previous closes are others than those of that one.
    """
    told, repeated = _repeated_prices(table, last_good, PREV_CLOSE)
    priced, unmoved = _repeated_prices(table, last_good, CLOSE)
    if min(told, priced) < MARKET_FUNDS:
        return
    if repeated >= REPEATED_SHARE * told and unmoved > UNMOVED_SHARE * priced:
        raise SourceChangedError("chain", f"{repeated} of {told} previous closes are those of {last_day}")


def _repeated_prices(table: pd.DataFrame, last_good: pd.DataFrame, one: Field) -> tuple[int, int]:
    """How many funds have a price in both tables, and how many of them the same."""
    now, before = _both(table, last_good, one)
    return now.size, int((np.abs(now - before) <= PRICE_TOLERANCE_CNY).sum())


def _both(table: pd.DataFrame, last_good: pd.DataFrame, one: Field) -> tuple[Floats, Floats]:
    """A figure in both tables, of the funds that have it above 0 in both."""
    if one.name not in table.columns or one.name not in last_good.columns:
        return np.empty(0), np.empty(0)
    now = table[one.name].to_numpy(dtype=np.float64)
    before = last_good[one.name].reindex(table.index).to_numpy(dtype=np.float64)
    told = (now > 0) & (before > 0)
    return now[told], before[told]


def _premium(table: pd.DataFrame) -> None:
    if not {CLOSE.name, IOPV.name} <= set(table.columns):
        return
    close, iopv = (table[one.name].to_numpy(dtype=np.float64) for one in (CLOSE, IOPV))
    told = (close > 0) & (iopv > 0)
    typical = np.median(np.abs(close[told] / iopv[told] - 1)) if told.any() else 0.0
    if told.sum() >= MARKET_FUNDS and typical > PREMIUM_MAX:
        raise SourceChangedError("premium", f"a typical close is {typical:.0%} away from its IOPV")

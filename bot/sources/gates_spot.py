"""What a table of prices within a session must pass beside the gates of every table. Pure."""

from datetime import date

import numpy as np
import pandas as pd

from bot.sources.base import SourceChangedError
from bot.sources.gates_daily import MARKET_FUNDS, PREMIUM_MAX, PRICE_TOLERANCE_CNY, REPEATED_SHARE
from signals.core.field import SPOT_IOPV, SPOT_PREV_CLOSE, SPOT_PRICE, Field
from signals.core.matrix import Floats
from signals.core.snapshot import Snapshot

MOVE_MAX = 0.15
"""A typical fund does not move this far in a session: a column is another one than it was."""


def check_spot(snapshot: Snapshot, last_good: pd.DataFrame | None, last_day: date | None) -> None:
    """Raise SourceChangedError, naming the gate, if prices may not be used; what is known as in `Baseline`."""
    if last_good is not None and last_day is not None and last_day < snapshot.day:
        _another_session(snapshot.table, last_good, last_day)
    _distance(snapshot.table, SPOT_PREV_CLOSE, MOVE_MAX, "move")
    _distance(snapshot.table, SPOT_IOPV, PREMIUM_MAX, "premium")


def _another_session(table: pd.DataFrame, last_good: pd.DataFrame, last_day: date) -> None:
    """A new session starts from other previous closes; a list without a date that has the old ones is the old one."""
    now, before = _figures(table, SPOT_PREV_CLOSE), _figures(last_good.reindex(table.index), SPOT_PREV_CLOSE)
    told = (now > 0) & (before > 0)
    same = int((np.abs(now[told] - before[told]) <= PRICE_TOLERANCE_CNY).sum())
    if told.sum() >= MARKET_FUNDS and same >= REPEATED_SHARE * told.sum():
        raise SourceChangedError("day", f"{same} of {told.sum()} previous closes are those of {last_day}")


def _distance(table: pd.DataFrame, reference: Field, most: float, gate: str) -> None:
    price, other = _figures(table, SPOT_PRICE), _figures(table, reference)
    told = (price > 0) & (other > 0)
    typical = np.median(np.abs(price[told] / other[told] - 1)) if told.any() else 0.0
    if told.sum() >= MARKET_FUNDS and typical > most:
        raise SourceChangedError(gate, f"a typical price is {typical:.0%} away from its {reference.name}")


def _figures(table: pd.DataFrame, one: Field) -> Floats:
    if one.name not in table.columns:
        return np.full(len(table), np.nan)
    return table[one.name].to_numpy(dtype=np.float64)

"""What a table of margin balances must pass beside the gates of every table. Pure."""

from datetime import date

import numpy as np
import pandas as pd

from bot.sources.base import SourceChangedError
from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT
from signals.core.snapshot import Dataset, Snapshot

EXCHANGE_BALANCE_CNY = (0.5e12, 3e12)
"""One exchange's balance; without a balance before it to compare with, a figure outside is in another unit
or lacks a part."""

BSE_BALANCE_CNY = (1e9, 1e11)
"""The same of Beijing, a two-hundredth of the others."""

SUMMED_BALANCE_CNY = (0.6e12, 9e12)
"""The same of several exchanges together; archives reach back to when the market was smaller."""

BALANCE_LEAP = 0.15
"""No market's balance moves by this share in a session; one that does lacks an exchange."""

BALANCE_TOLERANCE_CNY = 2e7
"""SZSE rounds its balances to 0.01亿; two of them may be off by one each."""


def check_margin(snapshot: Snapshot, last_good: pd.DataFrame | None, last_day: date | None) -> None:
    """Raise SourceChangedError if balances do not add up, leap, or are those of the session before."""
    if snapshot.dataset is Dataset.MARGIN:
        _sum(snapshot)
        _band(snapshot, last_good)
    _repeated(snapshot, last_good, last_day)


def _sum(snapshot: Snapshot) -> None:
    table = snapshot.table.reindex(columns=[FINANCING.name, SHORT.name, MARGIN_TOTAL.name])
    gap = (table[FINANCING.name] + table[SHORT.name] - table[MARGIN_TOTAL.name]).abs()
    for exchange in table.index[gap > BALANCE_TOLERANCE_CNY]:
        raise SourceChangedError(
            "margin_sum", f"{exchange}: financing + short is off the total by {gap[exchange]:g} 元"
        )


def _band(snapshot: Snapshot, last_good: pd.DataFrame | None) -> None:
    for name in (FINANCING.name, MARGIN_TOTAL.name):
        for market, balance in snapshot.table.get(name, pd.Series(dtype=np.float64)).dropna().items():
            before = _cell(last_good, str(market), name)
            if abs(balance - before) > BALANCE_LEAP * before:
                raise SourceChangedError("leap", f"{name} of {market} is {balance:g} 元, {before:g} before")
            low, high = _balance_band(str(market))
            if np.isnan(before) and not low <= balance <= high:
                raise SourceChangedError("unit", f"{name} of {market} is {balance:g} 元")


def _balance_band(market: str) -> tuple[float, float]:
    if "+" in market:
        return SUMMED_BALANCE_CNY
    return BSE_BALANCE_CNY if market == "BSE" else EXCHANGE_BALANCE_CNY


def _repeated(snapshot: Snapshot, before: pd.DataFrame | None, last_day: date | None) -> None:
    """SZSE's answers carry no date: figures equal to the last ones to the cent are the last ones."""
    if last_day in (None, snapshot.day):
        return
    if before is not None and snapshot.table.equals(before.reindex_like(snapshot.table)):
        raise SourceChangedError("day", "every figure equals that of the session before")


def _cell(table: pd.DataFrame | None, row: str, column: str) -> float:
    if table is None or row not in table.index or column not in table.columns:
        return float("nan")
    return float(table[column].to_dict()[row])

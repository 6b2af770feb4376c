"""What lists of margin by security (两融明细) must fulfil before the ETFs are taken out of them.

They list mostly stocks, in 元 and 份: what all securities together must fulfil is looked at first.
"""

import pandas as pd

from bot.sources.answers import etfs_among, fund_table
from bot.sources.base import SourceChangedError
from signals.core.field import FUND_FINANCING, FUND_SHORT_SHARES

SUMMED_CNY = (0.5e12, 3e12)
"""The financing of all securities of an exchange; a sum outside is in another unit, or lacks half of them."""


ROUNDING_CNY = 2.0
"""SZSE rounds each of the three figures to 元."""

LEAST_SUMS = 0.99
"""The share of SZSE's rows whose figures add up, while the columns stand where they always did."""


def require_plausible(rows: pd.DataFrame, financing: str, short_shares: str, *moved_shares: str) -> None:
    """Raise SourceChangedError for sums over all securities that columns in each other's place would have.

    `moved_shares` are columns of what was sold short or returned on the day: less than what stands open.
    """
    balances = numbers(rows, financing)
    if (balances < 0).any():
        raise SourceChangedError("unit", f"a financing balance is {balances.min():g} 元")
    low, high = SUMMED_CNY
    if not low <= balances.sum() <= high:
        raise SourceChangedError("unit", f"the financing of {len(rows)} securities is {balances.sum():g} 元")
    open_shares = numbers(rows, short_shares).sum()
    for moved in moved_shares:
        if numbers(rows, moved).sum() > open_shares:
            raise SourceChangedError("columns", f"{moved} of one day exceeds {short_shares}, {open_shares:g} in all")


def without_misfits(rows: pd.DataFrame, financing: str, short: str, total: str, *told: str) -> pd.DataFrame:
    """The same rows, the columns `told` unknown where financing and short, in 元, do not make the total.

    Raises SourceChangedError where that is so of more than a hundredth of the rows.
    """
    adds_up = (numbers(rows, financing) + numbers(rows, short) - numbers(rows, total)).abs() <= ROUNDING_CNY
    if adds_up.mean() < LEAST_SUMS:
        raise SourceChangedError("margin_sum", f"{(~adds_up).sum()} of {len(rows)} rows do not add up")
    return rows.assign(**{column: rows[column].where(adds_up) for column in told})


def etfs(rows: pd.DataFrame, code: str, financing: str, short_shares: str) -> pd.DataFrame:
    """Financing and shares sold short of the ETFs among the rows; raises SourceChangedError where there is none."""
    return fund_table(etfs_among(rows, code), code, {financing: FUND_FINANCING, short_shares: FUND_SHORT_SHARES})


def numbers(rows: pd.DataFrame, column: str) -> "pd.Series[float]":
    """A column's figures; what is none is NaN."""
    return pd.to_numeric(rows[column], errors="coerce").astype("float64")

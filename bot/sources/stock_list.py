"""What lists of all stocks must fulfil before they are believed: none of them carries a date, some name by position."""

import numpy as np
import pandas as pd

from bot.sources.answers import STRANGERS_MAX
from bot.sources.base import SourceChangedError
from signals.core.field import STOCK_AMOUNT, STOCK_CLOSE, STOCK_PREV_CLOSE

LEAST_ROWS = 4000
"""More than 5,500 stocks are listed. akshare takes a page that comes back empty for an answer."""

CHANGE_TOLERANCE = 0.0002
"""The change in per cent is rounded to two decimals."""

AGREEING_LEAST = 0.9

_STOCK = r"sh6\d{5}|sz(?:00[0-3]|30\d)\d{3}|bj(?:[48]\d|92)\d{4}"


def stocks_of(raw: pd.DataFrame, code: str) -> pd.DataFrame:
    """The rows of stocks by their six digits: sh600519 becomes 600519.

    Raises SourceChangedError for a list of something else, or of too few stocks to be all of them.
    """
    codes = raw[code].astype("str")
    stocks = codes.str.fullmatch(_STOCK)
    if (~stocks).sum() > STRANGERS_MAX * len(raw):
        raise SourceChangedError("codes", f"{(~stocks).sum()} of {len(raw)} rows are no stocks, e.g. {codes.iloc[0]}")
    if stocks.sum() < LEAST_ROWS:
        raise SourceChangedError("row_count", f"{stocks.sum()} stocks instead of more than {LEAST_ROWS}")
    return raw[stocks].set_axis(codes[stocks].str[2:].to_list())


def require_changes(table: pd.DataFrame, told: "pd.Series[float]") -> None:
    """Raise SourceChangedError where close and previous close do not make the changes that the list tells."""
    close, before = table[STOCK_CLOSE.name], table[STOCK_PREV_CLOSE.name]
    gap = (close / before - 1 - told).abs().dropna()
    agreeing = float((gap <= CHANGE_TOLERANCE).mean())
    if not agreeing >= AGREEING_LEAST:
        raise SourceChangedError("change", f"{agreeing:.0%} of the changes in 元 agree with those in per cent")


def require_unit(table: pd.DataFrame, shares: "pd.Series[float]") -> None:
    """Raise SourceChangedError where volume × close is far from the traded value."""
    close, amount = table[STOCK_CLOSE.name], table[STOCK_AMOUNT.name]
    traded = (shares > 0) & (amount > 0) & close.notna()
    ratio = np.median(shares[traded] * close[traded] / amount[traded]) if traded.any() else 1.0
    if ratio < 0.5 or ratio > 2.0:
        raise SourceChangedError("unit", f"volume × close is {ratio:g} times the traded value")

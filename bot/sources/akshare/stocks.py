"""Closes and traded value of all stocks from Tencent's ranked list."""

from datetime import date
from typing import ClassVar

import numpy as np
import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import STRANGERS_MAX, above_zero, require, stock_names
from bot.sources.base import Answer, Source, SourceChangedError
from signals.core.field import STOCK_AMOUNT, STOCK_CLOSE, STOCK_PREV_CLOSE
from signals.core.snapshot import STOCK_NAME, Dataset

WAN_CNY = 1e4
"""万元 in 元."""

LOT_SHARES = 100
"""Tencent counts volume in 手; some boards in 股, which a median does not mind."""

LEAST_ROWS = 4000
"""More than 5,500 stocks are listed. akshare takes a page that comes back empty for an answer."""

CHANGE_TOLERANCE = 0.0002
"""The change in per cent is rounded to two decimals."""

AGREEING_LEAST = 0.9

_STOCK = r"sh6\d{5}|sz(?:00[0-3]|30\d)\d{3}|bj(?:[48]\d|92)\d{4}"
_CODE, _CLOSE, _CHANGE, _CHANGE_PERCENT, _AMOUNT, _VOLUME = "code", "zxj", "zd", "zdf", "turnover", "volume"
_NAME = "name"


class TencentStocks(Source):
    """`stock_zh_a_spot_tx`: some 28 pages of 200, with Tencent's own column names and every figure as text.

    It carries no date and no history: the day asked for is taken on trust, and a gate refuses the closes of
    the session before. It states no previous close but the change from it, in 元 to the tick and in per
    cent: where the two do not agree, or volume × price is not the traded value, its columns have changed.
    """

    name = "akshare.stocks"
    host = "proxy.finance.qq.com"
    dataset: ClassVar[Dataset] = Dataset.STOCKS
    past: ClassVar[bool] = False
    requests: ClassVar[int] = 28

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """The list as it is now, whatever day is asked for."""
        return self._akshare.call("stock_zh_a_spot_tx")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """万元 become 元, sh600519 becomes 600519; what has no price yet is not known."""
        require(raw, _CODE, _CLOSE, _CHANGE, _CHANGE_PERCENT, _AMOUNT, _VOLUME)
        rows = _stocks(raw)
        close, change, percent, amount, volume = (
            pd.to_numeric(rows[column], errors="coerce").astype("float64")
            for column in (_CLOSE, _CHANGE, _CHANGE_PERCENT, _AMOUNT, _VOLUME)
        )
        table = pd.DataFrame(
            {
                STOCK_CLOSE.name: close,
                STOCK_PREV_CLOSE.name: (close - change).round(2),
                STOCK_AMOUNT.name: amount * WAN_CNY,
            }
        )
        table = above_zero(table, STOCK_CLOSE, STOCK_PREV_CLOSE)
        _require_changes(table, percent / 100)
        _require_unit(table, volume * LOT_SHARES)
        return Answer(day=day, table=table.assign(**{STOCK_NAME: stock_names(rows, _NAME)}).sort_index())


def _stocks(raw: pd.DataFrame) -> pd.DataFrame:
    """The rows of stocks by their six digits."""
    codes = raw[_CODE].astype("str")
    stocks = codes.str.fullmatch(_STOCK)
    if (~stocks).sum() > STRANGERS_MAX * len(raw):
        raise SourceChangedError("codes", f"{(~stocks).sum()} of {len(raw)} rows are no stocks, e.g. {codes.iloc[0]}")
    if stocks.sum() < LEAST_ROWS:
        raise SourceChangedError("row_count", f"{stocks.sum()} stocks instead of more than {LEAST_ROWS}")
    return raw[stocks].set_axis(codes[stocks].str[2:].to_list())


def _require_changes(table: pd.DataFrame, told: "pd.Series[float]") -> None:
    close, before = table[STOCK_CLOSE.name], table[STOCK_PREV_CLOSE.name]
    gap = (close / before - 1 - told).abs().dropna()
    agreeing = float((gap <= CHANGE_TOLERANCE).mean())
    if not agreeing >= AGREEING_LEAST:
        raise SourceChangedError("change", f"{agreeing:.0%} of the changes in 元 agree with those in per cent")


def _require_unit(table: pd.DataFrame, shares: "pd.Series[float]") -> None:
    close, amount = table[STOCK_CLOSE.name], table[STOCK_AMOUNT.name]
    traded = (shares > 0) & (amount > 0) & close.notna()
    ratio = np.median(shares[traded] * close[traded] / amount[traded]) if traded.any() else 1.0
    if ratio < 0.5 or ratio > 2.0:
        raise SourceChangedError("unit", f"volume × close is {ratio:g} times the traded value")

"""Closes and traded value of all stocks from Tencent's ranked list."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import above_zero, require, stock_names
from bot.sources.base import Answer, Source
from bot.sources.stock_list import require_changes, require_unit, stocks_of
from signals.core.field import STOCK_AMOUNT, STOCK_CLOSE, STOCK_PREV_CLOSE
from signals.core.snapshot import STOCK_NAME, Dataset

WAN_CNY = 1e4
"""万元 in 元."""

LOT_SHARES = 100
"""Tencent counts volume in 手; some boards in 股, which a median does not mind."""

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
        rows = stocks_of(raw, _CODE)
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
        require_changes(table, percent / 100)
        require_unit(table, volume * LOT_SHARES)
        return Answer(day=day, table=table.assign(**{STOCK_NAME: stock_names(rows, _NAME)}).sort_index())

"""Closes and traded value of all stocks from Sina's list."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import above_zero, require, stock_names
from bot.sources.base import Answer, Source, SourceChangedError
from bot.sources.stock_list import require_changes, require_unit, stocks_of
from signals.core.field import STOCK_AMOUNT, STOCK_CLOSE, STOCK_PREV_CLOSE
from signals.core.snapshot import STOCK_NAME, Dataset

_CODE, _NAME, _TIME = "代码", "名称", "时间戳"
_CLOSE, _PREV_CLOSE, _CHANGE_PERCENT = "最新价", "昨收", "涨跌幅"
_VOLUME, _AMOUNT = "成交量", "成交额"

_CLOSING = "15:00:00"


class SinaStocks(Source):
    """`stock_zh_a_spot`: some 70 pages of 80 in a row, volume in 股 and value in 元; Sina bans who asks it often.

    It stands behind Tencent's list, and its host is asked for prices of funds before. akshare names its
    columns by position and loses a page that comes back empty: of another order the closes do not make the
    changes told, or volume × price is not the traded value. It carries a time and no date: the day asked
    for is taken on trust, and it is provisional until a stock that traded has a time of 15:00:00 or later.
    """

    name = "akshare.sina_stocks"
    host = "vip.stock.finance.sina.com.cn"
    dataset: ClassVar[Dataset] = Dataset.STOCKS
    past: ClassVar[bool] = False
    requests: ClassVar[int] = 71

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """The list as it is now, whatever day is asked for."""
        return self._akshare.call("stock_zh_a_spot")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """By six digits; a price of 0 is not known, as of a suspended stock, of which nothing is traded."""
        require(raw, _CODE, _CLOSE, _PREV_CLOSE, _CHANGE_PERCENT, _VOLUME, _AMOUNT, _TIME)
        rows = stocks_of(raw, _CODE)
        if not rows.index.is_unique:
            raise SourceChangedError("codes", f"{rows.index[rows.index.duplicated()][0]} is on the list twice")
        close, before, percent, volume, amount = (
            pd.to_numeric(rows[column], errors="coerce").astype("float64")
            for column in (_CLOSE, _PREV_CLOSE, _CHANGE_PERCENT, _VOLUME, _AMOUNT)
        )
        table = pd.DataFrame({STOCK_CLOSE.name: close, STOCK_PREV_CLOSE.name: before, STOCK_AMOUNT.name: amount})
        table = above_zero(table, STOCK_CLOSE, STOCK_PREV_CLOSE)
        require_changes(table, percent / 100)
        require_unit(table, volume)
        newest = max(rows.loc[volume > 0, _TIME].astype("str"), default="")
        return Answer(
            day=day,
            table=table.assign(**{STOCK_NAME: stock_names(rows, _NAME)}).sort_index(),
            provisional=newest < _CLOSING,
        )

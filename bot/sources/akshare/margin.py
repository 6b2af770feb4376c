"""Balances of margin trading from the two exchanges, in 元."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import majority_day, require
from bot.sources.balances import YI_CNY, balances
from bot.sources.base import Answer, Source, SourceChangedError
from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT
from signals.core.snapshot import Dataset

_SSE_COLUMNS = {"融资余额": FINANCING, "融券余量金额": SHORT, "融资融券余额": MARGIN_TOTAL}
_SZSE_COLUMNS = {"融资余额": FINANCING, "融券余额": SHORT, "融资融券余额": MARGIN_TOTAL}


class SseMargin(Source):
    """`stock_margin_sse`: names its columns by their position in the exchange's answer.

    Should the exchange send them in another order, financing and short no longer add up to the total, or
    a gate finds a balance outside its band: such a table is refused.
    """

    name = "akshare.sse_margin"
    host = "query.sse.com.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN
    scope = "SSE"

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; before publication akshare stumbles, which means not published."""
        asked = f"{day:%Y%m%d}"
        return self._akshare.call("stock_margin_sse", start_date=asked, end_date=asked)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The row of the day with the exchange's own date."""
        require(raw, "信用交易日期", *_SSE_COLUMNS)
        days = pd.to_datetime(raw["信用交易日期"].astype("str"), format="%Y%m%d", errors="coerce").dt.date
        told = majority_day(days, day)
        row = raw[days == told].iloc[:1]
        return Answer(day=told, table=balances("SSE", row, _SSE_COLUMNS, unit_cny=1.0))


class SzseMargin(Source):
    """`stock_margin_szse`: one row in 亿元 with two decimals, so a daily change is good to ±0.01亿元.

    akshare drops the date that the exchange states. The day asked for is taken on trust: a table of
    another day would pass here, and only a later look at the neighbouring days could tell.
    """

    name = "akshare.szse_margin"
    host = "www.szse.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN
    scope = "SZSE"

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; before publication, at about 08:50 of the next session, it means not published."""
        return self._akshare.call("stock_margin_szse", date=f"{day:%Y%m%d}")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """亿元 become 元."""
        require(raw, *_SZSE_COLUMNS)
        if len(raw) != 1:
            raise SourceChangedError("rows", f"{len(raw)} rows instead of one")
        return Answer(day=day, table=balances("SZSE", raw, _SZSE_COLUMNS, unit_cny=YI_CNY))

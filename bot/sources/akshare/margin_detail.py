"""Margin trading fund by fund (两融明细) from the two exchanges, in 元 and 份.

akshare names the columns by their position: what all securities together must fulfil is looked at first.
"""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import majority_day, require
from bot.sources.base import Answer, Source, SourceChangedError
from bot.sources.fund_margin import etfs, require_plausible, without_misfits
from signals.core.snapshot import Dataset

SSE_PAGE_ROWS = 2000
"""SSE's longest page, however long a page is asked for; akshare asks for the first one alone."""

_DAY, _SSE_CODE, _SZSE_CODE = "信用交易日期", "标的证券代码", "证券代码"
_FINANCING, _SHORT_SHARES = "融资余额", "融券余量"
_SOLD_SHARES, _RETURNED_SHARES = "融券卖出量", "融券偿还量"
_SHORT, _TOTAL = "融券余额", "融资融券余额"


class SseMarginDetail(Source):
    """`stock_margin_detail_sse`: one request; each row carries the exchange's date.

    The first page is all that akshare reads, and the list has grown to about its length: see `_uncut`.
    """

    name = "akshare.sse_margin_detail"
    host = "query.sse.com.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN_DETAIL
    scope = "SSE"

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; before publication akshare stumbles, which means not published."""
        return self._akshare.call("stock_margin_detail_sse", date=f"{day:%Y%m%d}")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The ETFs of the day with the exchange's own date."""
        require(raw, _DAY, _SSE_CODE, _FINANCING, _SHORT_SHARES, _SOLD_SHARES, _RETURNED_SHARES)
        days = pd.to_datetime(raw[_DAY].astype("str"), format="%Y%m%d", errors="coerce").dt.date
        told = majority_day(days, day)
        _uncut(raw[_SSE_CODE].astype("str"))
        rows = raw[days == told]
        require_plausible(rows, _FINANCING, _SHORT_SHARES, _SOLD_SHARES, _RETURNED_SHARES)
        return Answer(day=told, table=etfs(rows, _SSE_CODE, _FINANCING, _SHORT_SHARES))


class SzseMarginDetail(Source):
    """`stock_margin_detail_szse`: one request for a workbook.

    It carries no date: the day asked for is taken on trust. Only a gate, which knows the table of the
    session before, can tell that it came again.
    """

    name = "akshare.szse_margin_detail"
    host = "www.szse.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN_DETAIL
    scope = "SZSE"

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; before publication the workbook holds its headings alone."""
        return self._akshare.call("stock_margin_detail_szse", date=f"{day:%Y%m%d}")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The ETFs; one whose figures do not add up keeps its row without any."""
        require(raw, _SZSE_CODE, _FINANCING, _SHORT_SHARES, _SOLD_SHARES, _SHORT, _TOTAL)
        rows = without_misfits(raw, _FINANCING, _SHORT, _TOTAL, _FINANCING, _SHORT_SHARES)
        require_plausible(raw, _FINANCING, _SHORT_SHARES, _SOLD_SHARES)
        return Answer(day=day, table=etfs(rows, _SZSE_CODE, _FINANCING, _SHORT_SHARES))


def _uncut(codes: "pd.Series[str]") -> None:
    """Raise SourceChangedError for a full page that may go on with ETFs.

    SSE lists by ascending code, ETFs (5xxxxx) before stocks (6xxxxx): what a full page lacks are stocks,
    as long as that order holds and its last row is one.
    """
    if len(codes) < SSE_PAGE_ROWS:
        return
    if not codes.is_monotonic_increasing or codes.iloc[-1] < "6":
        raise SourceChangedError("rows", f"a full page of {len(codes)} rows does not end among the stocks")

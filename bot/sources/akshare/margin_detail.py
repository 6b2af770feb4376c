"""Margin trading fund by fund (两融明细) from the two exchanges, in 元 and 份.

Both tables list mostly stocks. The columns are named by their position: what all securities together must
fulfil is looked at first, and only then are the ETFs taken out.
"""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import etfs_among, fund_table, majority_day, require
from bot.sources.base import Answer, Source, SourceChangedError
from signals.core.field import FUND_FINANCING, FUND_SHORT_SHARES
from signals.core.snapshot import Dataset

SUMMED_CNY = (0.5e12, 3e12)
"""The financing of all securities of an exchange; a sum outside is in another unit, or lacks half of them."""

SSE_PAGE_ROWS = 2000
"""SSE's longest page, however long a page is asked for; akshare asks for the first one alone."""

ROUNDING_CNY = 2.0
"""SZSE rounds each of the three figures to 元."""

LEAST_SUMS = 0.99
"""The share of SZSE's rows whose figures add up, while the columns stand where they always did."""

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
        _plausible(rows, _SOLD_SHARES, _RETURNED_SHARES)
        return Answer(day=told, table=_etfs(rows, _SSE_CODE))


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
        gap = (_numbers(raw, _FINANCING) + _numbers(raw, _SHORT) - _numbers(raw, _TOTAL)).abs()
        adds_up = gap <= ROUNDING_CNY
        if adds_up.mean() < LEAST_SUMS:
            raise SourceChangedError("margin_sum", f"{(~adds_up).sum()} of {len(raw)} rows do not add up")
        _plausible(raw, _SOLD_SHARES)
        told = {column: raw[column].where(adds_up) for column in (_FINANCING, _SHORT_SHARES)}
        return Answer(day=day, table=_etfs(raw.assign(**told), _SZSE_CODE))


def _uncut(codes: "pd.Series[str]") -> None:
    """Raise SourceChangedError for a full page that may go on with ETFs.

    SSE lists by ascending code, ETFs (5xxxxx) before stocks (6xxxxx): what a full page lacks are stocks,
    as long as that order holds and its last row is one.
    """
    if len(codes) < SSE_PAGE_ROWS:
        return
    if not codes.is_monotonic_increasing or codes.iloc[-1] < "6":
        raise SourceChangedError("rows", f"a full page of {len(codes)} rows does not end among the stocks")


def _plausible(rows: pd.DataFrame, *moved_shares: str) -> None:
    """Raise SourceChangedError for sums over all securities that columns in each other's place would have."""
    financing = _numbers(rows, _FINANCING)
    if (financing < 0).any():
        raise SourceChangedError("unit", f"a financing balance is {financing.min():g} 元")
    low, high = SUMMED_CNY
    if not low <= financing.sum() <= high:
        raise SourceChangedError("unit", f"the financing of {len(rows)} securities is {financing.sum():g} 元")
    open_shares = _numbers(rows, _SHORT_SHARES).sum()
    for moved in moved_shares:
        if _numbers(rows, moved).sum() > open_shares:
            raise SourceChangedError("columns", f"{moved} of one day exceeds {_SHORT_SHARES}, {open_shares:g} in all")


def _etfs(rows: pd.DataFrame, code: str) -> pd.DataFrame:
    return fund_table(etfs_among(rows, code), code, {_FINANCING: FUND_FINANCING, _SHORT_SHARES: FUND_SHORT_SHARES})


def _numbers(rows: pd.DataFrame, column: str) -> "pd.Series[float]":
    return pd.to_numeric(rows[column], errors="coerce").astype("float64")

"""Dividends of ETFs, from Eastmoney's lists of a year."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import Answer, NotPublishedError, SourceChangedError, SpanSource
from bot.sources.facts import DIVIDEND_KINDS, dividends_in
from signals.core.snapshot import Dataset

_NO_LIST = "(<string>, line 0)"
"""How Python ends its complaint about an expression of no characters."""

_CODE, _CASH = "基金代码", "分红"
_DAYS = ("权益登记日", "除息日期", "分红发放日")


class EastmoneyDividends(SpanSource):
    """`fund_fh_em`: four lists of a year, of 100 rows a page; the whole year would be 65 pages in December.

    akshare stumbles in the same way over a list without rows and over a page for people. The lists are
    therefore asked for with the newest year first and the largest list last, which is never without rows
    and would meet the same page: where it has none everything is refused.
    """

    name = "akshare.dividends"
    host = "fund.eastmoney.com"
    dataset: ClassVar[Dataset] = Dataset.DIVIDENDS
    settles: ClassVar[bool] = False
    exact: ClassVar[bool] = False
    span_days: ClassVar[int] = 366
    look_back_days: ClassVar[int] = 30
    requests: ClassVar[int] = 20

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """Four lists for each calendar year of the span."""
        years = range(end.year, start.year - 1, -1)
        lists = [self._list(year, kind) for year in years for kind in DIVIDEND_KINDS]
        if lists[-1].empty:
            raise SourceChangedError("rows", f"not even {DIVIDEND_KINDS[-1]} has a list of {start.year}")
        return pd.concat([one for one in lists if not one.empty], ignore_index=True)

    def _list(self, year: int, kind: str) -> pd.DataFrame:
        try:
            return self._akshare.call("fund_fh_em", year=str(year), typ=kind)
        except NotPublishedError:
            return pd.DataFrame()
        except SourceChangedError as error:
            if _NO_LIST not in error.detail:
                raise
            return pd.DataFrame()

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """元 per share by ex-date."""
        require(raw, _CODE, *_DAYS, _CASH)
        return dividends_in(raw, _CODE, _DAYS, _CASH)

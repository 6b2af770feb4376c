"""Dividends of ETFs, from Eastmoney's lists of a year."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import Answer, NotPublishedError, SourceChangedError, SpanSource
from bot.sources.facts import answers_by_day, read_facts
from signals.core.field import DIVIDEND
from signals.core.snapshot import Dataset

MOST_CNY = 20.0
"""Per share; the largest are those of bond and money ETFs, whose price is about 100元."""

IN_ORDER_LEAST = 0.9
"""Of the rows; a record date is not after the ex-date, nor that after the payment."""

KINDS = ("指数型-其他", "指数型-海外股票", "指数型-固收", "指数型-股票")
"""Eastmoney's types of the funds among which ETFs are; money funds, whose price nobody reads, are not asked for.

The last is by far the largest: some fund of it has paid by the middle of January.
"""

_NO_LIST = "(<string>, line 0)"
"""How Python ends its complaint about an expression of no characters."""

_CODE, _RECORD, _DAY, _PAID, _CASH = "基金代码", "权益登记日", "除息日期", "分红发放日", "分红"


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
        lists = [self._list(year, kind) for year in years for kind in KINDS]
        if lists[-1].empty:
            raise SourceChangedError("rows", f"not even {KINDS[-1]} has a list of {start.year}")
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
        """元 per share by ex-date; 0 and what is above `MOST_CNY` is left out."""
        require(raw, _CODE, _RECORD, _DAY, _PAID, _CASH)
        _require_order(raw)
        facts = read_facts(raw, _CODE, _DAY, _CASH)
        return answers_by_day(facts[(facts["figure"] > 0) & (facts["figure"] <= MOST_CNY)], DIVIDEND)


def _require_order(raw: pd.DataFrame) -> None:
    """Tell dates that have changed places, which akshare names by position."""
    dates = raw[[_RECORD, _DAY, _PAID]].apply(pd.to_datetime, errors="coerce")
    for before, after in ((_RECORD, _DAY), (_DAY, _PAID)):
        both = dates[[before, after]].dropna()
        if (both[before] > both[after]).mean() > 1 - IN_ORDER_LEAST:
            raise SourceChangedError("day", f"{before} is after {after} in too many rows")

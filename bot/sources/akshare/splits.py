"""Splits and share conversions of ETFs, from Eastmoney's list of a year."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import Answer, NotPublishedError, SourceChangedError, SpanSource
from bot.sources.facts import YOUNG, splits_in
from signals.core.snapshot import Dataset

_CODE, _DAY, _RATIO = "基金代码", "拆分折算日", "拆分折算"


class EastmoneySplits(SpanSource):
    """`fund_cf_em`: a list of a year's splits of all kinds of funds, one page as a rule.

    The day is Eastmoney's 拆分折算日, which may lie a session beside the one on which the exchange's share
    counts jump. A list in another shape looks empty to akshare, and so does any page after the first where a
    page for people came: of a year that is no longer young an empty list is refused, and what a lost page
    costs are the oldest splits of the year, for the newest come first.
    """

    name = "akshare.splits"
    host = "fund.eastmoney.com"
    dataset: ClassVar[Dataset] = Dataset.SPLITS
    settles: ClassVar[bool] = False
    exact: ClassVar[bool] = False
    span_days: ClassVar[int] = 366
    look_back_days: ClassVar[int] = 30

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """One list for each calendar year of the span; without columns where none of them has a row."""
        lists = [self._of_year(year, end) for year in range(start.year, end.year + 1)]
        return pd.concat([one for one in lists if not one.empty] or [pd.DataFrame()], ignore_index=True)

    def _of_year(self, year: int, end: date) -> pd.DataFrame:
        try:
            table = self._akshare.call("fund_cf_em", year=str(year))
        except NotPublishedError:
            table = pd.DataFrame()
        if table.empty and end - date(year, 1, 1) > YOUNG:
            raise SourceChangedError("rows", f"the list of {year} is empty")
        return table

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """New shares per old; no row at all is no failure."""
        if raw.empty:
            return []
        require(raw, _CODE, _DAY, _RATIO)
        return splits_in(raw, _CODE, _DAY, _RATIO)

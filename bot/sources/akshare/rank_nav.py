"""Net asset values of all ETFs from Eastmoney's ranking of funds on the exchanges (场内交易基金排行)."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import etfs_among, require
from bot.sources.base import Answer, Source
from bot.sources.nav_table import values_of_day
from signals.core.snapshot import Dataset

_CODE, _DAY, _VALUE = "基金代码", "日期", "单位净值"


class EastmoneyRankNav(Source):
    """`fund_exchange_rank_em`: one request for every fund on the exchanges, LOF among them.

    It answers with the latest values whatever day is asked for. The fields stand in a row of text without
    names: akshare tells them by their number and place, so that the unit value and the accumulated one in
    each other's place would not be noticed here.
    """

    name = "akshare.rank_nav"
    host = "fund.eastmoney.com"
    dataset: ClassVar[Dataset] = Dataset.NAV
    settles: ClassVar[bool] = False
    past: ClassVar[bool] = False

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request, the same for every day."""
        return self._akshare.call("fund_exchange_rank_em")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Values of the day; raises NotPublishedError while too few of them are out."""
        require(raw, _CODE, _DAY, _VALUE)
        return values_of_day(etfs_among(raw, _CODE), day, code=_CODE, told=_DAY, value=_VALUE)

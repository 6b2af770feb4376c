"""Net asset values of all ETFs from Tonghuashun (同花顺)."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import Answer, Source
from bot.sources.nav_table import values_of_day
from signals.core.snapshot import Dataset

_CODE, _DAY, _VALUE = "基金代码", "最新-交易日", "最新-单位净值"


class ThsNav(Source):
    """`fund_etf_spot_ths`: one request; no price in spite of its name."""

    name = "akshare.ths"
    host = "fund.10jqka.com.cn"
    dataset: ClassVar[Dataset] = Dataset.NAV
    settles: ClassVar[bool] = False

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request for all ETFs."""
        return self._akshare.call("fund_etf_spot_ths", date=f"{day:%Y%m%d}")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Values of the day; raises NotPublishedError while too few of them are out."""
        require(raw, _CODE, _DAY, _VALUE)
        return values_of_day(raw, day, code=_CODE, told=_DAY, value=_VALUE)

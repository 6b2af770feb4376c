"""Net asset values of all ETFs from Tonghuashun (同花顺)."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.answers import above_zero, fund_table, majority_day, require
from bot.sources.akshare.call import Akshare
from bot.sources.base import Answer, NotPublishedError, Source, SourceChangedError
from signals.core.field import NAV
from signals.core.snapshot import Dataset

LEAST_OUT = 0.75
"""One fund in six invests abroad and is a day or two late; with fewer values than this the evening is young."""

_CODE, _DAY, _VALUE = "基金代码", "最新-交易日", "最新-单位净值"


class ThsNav(Source):
    """`fund_etf_spot_ths`: one request; no price in spite of its name.

    Every fund comes with its latest value and that value's own date. Only values of the day asked for
    are figures; a fund that is late keeps its row without one, so that the length of the table does not
    depend on the hour.
    """

    name: ClassVar[str] = "akshare.ths"
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
        newest = majority_day(raw[_DAY], day)
        if newest > day:
            raise SourceChangedError("day", f"asked for {day}, answered with {newest}")
        of_the_day = raw.assign(**{_VALUE: pd.to_numeric(raw[_VALUE], errors="coerce").where(raw[_DAY] == day)})
        table = above_zero(fund_table(of_the_day, _CODE, {_VALUE: NAV}), NAV)
        out = int(table[NAV.name].notna().sum())
        if out < LEAST_OUT * len(table):
            raise NotPublishedError(f"{out} of {len(table)} net asset values of {day} are out")
        return Answer(day=day, table=table)

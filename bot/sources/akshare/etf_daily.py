"""Closes, traded value and IOPV of all ETFs from Eastmoney's list."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import above_zero, fund_table, majority_day, require
from bot.sources.base import Answer, Source
from bot.sources.spot import as_spot
from signals.core.field import AMOUNT, CLOSE, HIGH, IOPV, LOW, OPEN, PREV_CLOSE, VOLUME
from signals.core.snapshot import Dataset

LOT_SHARES = 100
"""Eastmoney counts volume in 手."""

_CODE, _DAY = "代码", "数据日期"
_COLUMNS = {
    "开盘价": OPEN,
    "最高价": HIGH,
    "最低价": LOW,
    "最新价": CLOSE,
    "昨收": PREV_CLOSE,
    "成交量": VOLUME,
    "成交额": AMOUNT,
    "IOPV实时估值": IOPV,
}
_PRICES = (OPEN, HIGH, LOW, CLOSE, PREV_CLOSE, IOPV)


class EastmoneyDaily(Source):
    """`fund_etf_spot_em`: some 16 pages with a pause after each, about 15 minutes late.

    It has no history: it always answers with its latest day. The day of the answer is the one that most
    rows carry; rows of another day (a fund that did not trade) are left out. Its 最新份额 are of an
    unknown earlier day and its 换手率 and 折价率 are its own sums: none of them is used.
    """

    name = "akshare.em"
    host = "push2delay.eastmoney.com"
    dataset: ClassVar[Dataset] = Dataset.DAILY
    past: ClassVar[bool] = False
    requests: ClassVar[int] = 16

    def __init__(self, akshare: Akshare) -> None:
        self.akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """The list as it is now, whatever day is asked for."""
        return self.akshare.call("fund_etf_spot_em")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """手 become 份; a suspended fund's "-" and an IOPV of 0 are not known."""
        require(raw, _CODE, _DAY, *_COLUMNS)
        days = pd.to_datetime(raw[_DAY], errors="coerce").dt.date
        told = majority_day(days, day)
        table = above_zero(fund_table(raw[days == told], _CODE, _COLUMNS), *_PRICES)
        return Answer(day=told, table=table.assign(**{VOLUME.name: table[VOLUME.name] * LOT_SHARES}))


class EastmoneySpot(EastmoneyDaily):
    """The same list while the exchanges trade, about 15 minutes late; prices and IOPV are of one moment."""

    name = "akshare.em.spot"
    dataset: ClassVar[Dataset] = Dataset.SPOT
    settles: ClassVar[bool] = False

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The day is the answer's own, so an earlier session's list is refused by the gate of the day."""
        return as_spot(super().parse(raw, day))

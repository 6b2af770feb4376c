"""Share counts of all ETFs from their exchanges, in 份."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.answers import above_zero, fund_table, majority_day, require
from bot.sources.akshare.call import Akshare
from bot.sources.base import Answer, Source, SourceChangedError
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.field import SHARES
from signals.core.snapshot import Dataset, Snapshot

FINAL_AT = time(8, 0)
"""On the morning of the next session SZSE has replaced the counts of the evening."""

_CODE, _COUNT = "基金代码", "基金份额"


class SseShares(Source):
    """`fund_etf_scale_sse`: one session's counts, out between 20:00 and 22:00, final at once."""

    name: ClassVar[str] = "akshare.sse_shares"
    dataset: ClassVar[Dataset] = Dataset.SHARES
    scope: ClassVar[str] = "SSE"

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; without counts for the day akshare stumbles, which means not published."""
        return self._akshare.call("fund_etf_scale_sse", date=f"{day:%Y%m%d}")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The counts with the exchange's own date; a count of 0 is a hole in its table."""
        return _counts(raw, "统计日期", day)


class SzseShares(Source):
    """`fund_scale_daily_szse`: one session's counts, in the evening provisional by the exchange's own footnote."""

    name: ClassVar[str] = "akshare.szse_shares"
    dataset: ClassVar[Dataset] = Dataset.SHARES
    scope: ClassVar[str] = "SZSE"

    def __init__(self, akshare: Akshare, calendar: TradingCalendar) -> None:
        self._akshare = akshare
        self._calendar = calendar

    def fetch(self, day: date) -> pd.DataFrame:
        """One request for the ETFs alone; the exchange's other list mixes LOF and REITs in."""
        asked = f"{day:%Y%m%d}"
        return self._akshare.call("fund_scale_daily_szse", start_date=asked, end_date=asked, symbol="ETF")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The counts with the exchange's own date; whether they are final depends on when they were read."""
        return _counts(raw, "日期", day)

    def read(self, day: date, now: datetime) -> Snapshot:
        """Fetch and parse; provisional until the morning of the next session."""
        snapshot = super().read(day, now)
        return replace(snapshot, provisional=now < self._final_from(snapshot.day))

    def _final_from(self, day: date) -> datetime:
        inside = self._calendar.first <= day < self._calendar.last
        morning = self._calendar.after(day) if inside else day + timedelta(days=1)
        return datetime.combine(morning, FINAL_AT, MARKET_ZONE)


def _counts(raw: pd.DataFrame, date_column: str, asked: date) -> Answer:
    require(raw, _CODE, _COUNT, date_column)
    days = raw[date_column]
    told = majority_day(days, asked)
    table = above_zero(fund_table(raw[days == told], _CODE, {_COUNT: SHARES}), SHARES)
    # akshare fills a column whose heading it does not find with nothing at all.
    if table[SHARES.name].isna().all():
        raise SourceChangedError("columns", f"no row has a number in {_COUNT}")
    return Answer(day=told, table=table)

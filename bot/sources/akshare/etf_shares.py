"""Share counts of all ETFs from their exchanges, in 份."""

from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import above_zero, fund_table, majority_day, require, whole_shares
from bot.sources.base import Answer, Source, SourceChangedError
from bot.sources.szse_final import szse_final_from
from signals.core.calendar import TradingCalendar
from signals.core.field import SHARES
from signals.core.snapshot import Dataset, Snapshot

_CODE, _COUNT = "基金代码", "基金份额"


class SseShares(Source):
    """`fund_etf_scale_sse`: one session's counts, out between 20:00 and 22:00, final at once."""

    name = "akshare.sse_shares"
    host = "query.sse.com.cn"
    dataset: ClassVar[Dataset] = Dataset.SHARES
    scope = "SSE"

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

    name = "akshare.szse_shares"
    host = "www.szse.cn"
    dataset: ClassVar[Dataset] = Dataset.SHARES
    scope = "SZSE"

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

    def revised_from(self, day: date) -> datetime | None:
        """The morning of the next session."""
        return szse_final_from(day, self._calendar)

    def _snapshot(self, answer: Answer, now: datetime, known_at: datetime) -> Snapshot:
        """Provisional where it is read before the morning of the next session."""
        early = now < szse_final_from(answer.day, self._calendar)
        return super()._snapshot(replace(answer, provisional=early), now, known_at)


def _counts(raw: pd.DataFrame, date_column: str, asked: date) -> Answer:
    require(raw, _CODE, _COUNT, date_column)
    days = raw[date_column]
    told = majority_day(days, asked)
    table = whole_shares(above_zero(fund_table(raw[days == told], _CODE, {_COUNT: SHARES}), SHARES))
    # akshare fills a column whose heading it does not find with nothing at all.
    if table[SHARES.name].isna().all():
        raise SourceChangedError("columns", f"no row has a number in {_COUNT}")
    return Answer(day=told, table=table)

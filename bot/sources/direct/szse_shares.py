"""Share counts of SZSE's ETFs, in 份."""

import random
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

import pandas as pd

from bot.sources.answers import above_zero, fund_table, require
from bot.sources.base import Answer, SourceChangedError, SpanSource
from bot.sources.direct.http import Http
from bot.sources.szse_final import szse_final_from
from bot.sources.workbook import first_sheet
from signals.core.calendar import TradingCalendar
from signals.core.field import SHARES
from signals.core.snapshot import Dataset, Snapshot

_URL = "https://www.szse.cn/api/report/ShowReport"
_HEADERS = {"Referer": "https://www.szse.cn/market/fund/volume/etf/index.html"}
_QUERY = {"SHOWTYPE": "xlsx", "CATALOGID": "scsj_fund_jjgm", "TABKEY": "tab1", "jjlb": "ETF"}

_CODE, _COUNT, _DAY = "基金代码", "基金规模(份)", "日期"


class SzseShareCounts(SpanSource):
    """The exchange's workbook of counts: its JSON of the same report counts in 万份, 20 rows a page.

    By the exchange's own footnote the counts of the evening are provisional until the next session's morning.
    """

    name = "szse.shares"
    host = "www.szse.cn"
    dataset: ClassVar[Dataset] = Dataset.SHARES
    scope = "SZSE"
    span_days: ClassVar[int] = 180
    """For more than half a year the exchange answers with the heading alone."""

    def __init__(self, http: Http, calendar: TradingCalendar) -> None:
        self._http = http
        self._calendar = calendar

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """One request for the ETFs alone; the exchange's other lists mix LOF and REITs in."""
        span = {"txtStart": start.isoformat(), "txtEnd": end.isoformat()}
        fresh = {"random": str(random.random())}  # noqa: S311 -- caches on the way must not answer
        return first_sheet(self._http.get(_URL, {**_QUERY, **span, **fresh}, headers=_HEADERS).content)

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """The counts of each day by the exchange's own label; a count of 0 is a hole in its table."""
        require(raw, _CODE, _COUNT, _DAY)
        days = pd.to_datetime(raw[_DAY].str.slice(0, 10), format="%Y-%m-%d", errors="coerce").dt.date
        if days.isna().all():
            raise SourceChangedError("day", "no row carries a date")
        rows = raw.assign(**{_COUNT: raw[_COUNT].str.replace(",", "")})
        return [
            Answer(day=day, table=above_zero(fund_table(of_day, _CODE, {_COUNT: SHARES}), SHARES))
            for day, of_day in sorted(rows.groupby(days), key=lambda group: group[0])
        ]

    def revised_from(self, day: date) -> datetime | None:
        """The morning of the next session."""
        return szse_final_from(day, self._calendar)

    def _snapshot(self, answer: Answer, now: datetime, known_at: datetime) -> Snapshot:
        """Whether the counts are final depends on when they were read, not on what they say."""
        early = now < szse_final_from(answer.day, self._calendar)
        return super()._snapshot(replace(answer, provisional=early), now, known_at)

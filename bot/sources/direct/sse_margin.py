"""Balances of margin trading at SSE, in 元."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.answers import listed, require
from bot.sources.balances import balances
from bot.sources.base import Answer, SourceChangedError, SpanSource
from bot.sources.direct.http import Http
from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT
from signals.core.snapshot import Dataset

_URL = "https://query.sse.com.cn/marketdata/tradedata/queryMargin.do"
_HEADERS = {"Referer": "https://www.sse.com.cn/"}
_QUERY = {
    "isPagination": "true",
    "tabType": "",
    "stockCode": "",
    "pageHelp.pageSize": "5000",
    "pageHelp.pageNo": "1",
    "pageHelp.beginPage": "1",
    "pageHelp.cacheSize": "1",
    "pageHelp.endPage": "5",
}

_DAY = "opDate"
_COLUMNS = {"rzye": FINANCING, "rqylje": SHORT, "rzrqjyzl": MARGIN_TOTAL}


class SseMarginBalances(SpanSource):
    """The exchange's summary, a row for each session, out before the next one opens."""

    name = "sse.margin"
    host = "query.sse.com.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN
    scope = "SSE"
    span_days: ClassVar[int] = 1000
    """The exchange puts at most 2000 rows on a page."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """One request; the list is empty before publication and where no day has a session."""
        span = {"beginDate": f"{start:%Y%m%d}", "endDate": f"{end:%Y%m%d}"}
        return listed(self._http.get(_URL, {**_QUERY, **span}, headers=_HEADERS).json(), "result")

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """Each row by its own date, in 元; raises SourceChangedError where a day has two rows."""
        require(raw, _DAY, *_COLUMNS)
        days = pd.to_datetime(raw[_DAY].astype("str"), format="%Y%m%d", errors="coerce").dt.date
        if days.isna().any():
            raise SourceChangedError("day", "a row carries no date")
        if days.duplicated().any():
            raise SourceChangedError("rows", f"{days[days.duplicated()].iloc[0]} has more than one row")
        table = balances("SSE", raw, _COLUMNS, unit_cny=1.0)
        return [Answer(day=day, table=table.iloc[[at]]) for day, at in sorted(zip(days, range(len(raw)), strict=True))]

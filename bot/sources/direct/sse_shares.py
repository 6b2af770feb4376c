"""Share counts of SSE's ETFs, in 份."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.answers import above_zero, fund_table, listed, majority_day, require, whole_shares
from bot.sources.base import Answer, Source
from bot.sources.direct.http import Http
from signals.core.field import SHARES
from signals.core.snapshot import Dataset

WAN = 1e4
"""万份 in 份."""

_URL = "https://query.sse.com.cn/commonQuery.do"
_HEADERS = {"Referer": "https://www.sse.com.cn/"}
_QUERY = {
    "isPagination": "true",
    "pageHelp.pageSize": "10000",
    "pageHelp.pageNo": "1",
    "pageHelp.beginPage": "1",
    "pageHelp.cacheSize": "1",
    "pageHelp.endPage": "1",
    "sqlId": "COMMON_SSE_ZQPZ_ETFZL_XXPL_ETFGM_SEARCH_L",
}

_CODE, _COUNT, _DAY = "SEC_CODE", "TOT_VOL", "STAT_DATE"


class SseShareCounts(Source):
    """The exchange's list of a session's counts, out between 20:00 and 22:00, final at once."""

    name = "sse.shares"
    host = "query.sse.com.cn"
    dataset: ClassVar[Dataset] = Dataset.SHARES
    scope = "SSE"

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; the list is empty before publication and on a day without a session."""
        return listed(self._http.get(_URL, {**_QUERY, _DAY: day.isoformat()}, headers=_HEADERS).json(), "result")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """万份 in text become 份, with the exchange's own date; a count of 0 is a hole in its table."""
        require(raw, _CODE, _COUNT, _DAY)
        days = pd.to_datetime(raw[_DAY].astype("str"), format="%Y-%m-%d", errors="coerce").dt.date
        told = majority_day(days, day)
        counts = pd.to_numeric(raw[_COUNT].astype("str"), errors="coerce") * WAN
        rows = raw.assign(**{_COUNT: counts})[days == told]
        table = whole_shares(above_zero(fund_table(rows, _CODE, {_COUNT: SHARES}), SHARES))
        return Answer(day=told, table=table)

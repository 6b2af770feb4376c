"""Margin trading fund by fund (两融明细) at SSE, in 元 and 份."""

from datetime import date
from typing import Any, ClassVar

import pandas as pd

from bot.sources.answers import listed, majority_day, require
from bot.sources.base import Answer, Source, SourceChangedError
from bot.sources.direct.http import Http
from bot.sources.fund_margin import etfs, require_plausible
from signals.core.snapshot import Dataset

PAGES_MAX = 5
"""Some 2,000 securities are on the list; one that goes on for ever is not this list."""

_URL = "https://query.sse.com.cn/marketdata/tradedata/queryMargin.do"
_HEADERS = {"Referer": "https://www.sse.com.cn/"}
_QUERY = {
    "isPagination": "true",
    "tabType": "mxtype",
    "stockCode": "",
    "beginDate": "",
    "endDate": "",
    "pageHelp.pageSize": "2000",
    "pageHelp.cacheSize": "1",
}

_DAY, _CODE, _FINANCING, _SHORT_SHARES = "opDate", "stockCode", "rzye", "rqyl"
_SOLD_SHARES, _RETURNED_SHARES = "rqmcl", "rqchl"


class SseMarginByFund(Source):
    """The exchange's list by security, out before the next session opens; each row carries its date.

    The exchange puts at most 2,000 rows on a page, and the list has grown to about that length: all its
    pages are read, and what they hold together must be as many securities as the exchange says there are.
    """

    name = "sse.margin_detail"
    host = "query.sse.com.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN_DETAIL
    scope = "SSE"
    requests: ClassVar[int] = 2

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """A request for each page; the list is empty before publication and on a day without a session."""
        pages: list[pd.DataFrame] = []
        rows = total = 0
        while not pages or rows < total:
            page, told = self._page(day, len(pages) + 1)
            if pages and told != total:
                raise SourceChangedError("rows", f"{total} securities became {told} from one page to the next")
            pages, rows, total = [*pages, page], rows + len(page), told
            if rows < total and (page.empty or len(pages) == PAGES_MAX):
                raise SourceChangedError("rows", f"{rows} of {total} securities are on {len(pages)} pages")
        return pd.concat(pages, ignore_index=True)

    def _page(self, day: date, number: int) -> tuple[pd.DataFrame, int]:
        """A page, counted from 1, and how many rows all pages have."""
        place = {f"pageHelp.{name}": str(number) for name in ("pageNo", "beginPage", "endPage")}
        query = {**_QUERY, **place, "detailsDate": f"{day:%Y%m%d}"}
        content = self._http.get(_URL, query, headers=_HEADERS).json()
        page = listed(content, "result")
        return page, len(page) if page.empty and number == 1 else _total(content)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The ETFs by the names of the exchange's keys, with its own date."""
        require(raw, _DAY, _CODE, _FINANCING, _SHORT_SHARES, _SOLD_SHARES, _RETURNED_SHARES)
        codes = raw[_CODE].astype("str")
        if codes.duplicated().any():
            raise SourceChangedError("rows", f"{codes[codes.duplicated()].iloc[0]} is on the list twice")
        days = pd.to_datetime(raw[_DAY].astype("str"), format="%Y%m%d", errors="coerce").dt.date
        told = majority_day(days, day)
        rows = raw[days == told]
        require_plausible(rows, _FINANCING, _SHORT_SHARES, _SOLD_SHARES, _RETURNED_SHARES)
        return Answer(day=told, table=etfs(rows, _CODE, _FINANCING, _SHORT_SHARES))


def _total(content: Any) -> int:
    match content:
        case {"pageHelp": {"total": int(total)}} if not isinstance(total, bool):
            return total
    raise SourceChangedError("columns", "there is no number of rows under pageHelp")

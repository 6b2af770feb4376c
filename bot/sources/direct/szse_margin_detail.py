"""Margin trading fund by fund (两融明细) at SZSE, in 元 and 份."""

import random
import re
from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.answers import require
from bot.sources.base import Answer, Source
from bot.sources.direct.http import Http
from bot.sources.fund_margin import etfs, require_plausible, without_misfits
from bot.sources.workbook import first_sheet
from signals.core.snapshot import Dataset

_URL = "https://www.szse.cn/api/report/ShowReport"
_HEADERS = {"Referer": "https://www.szse.cn/disclosure/margin/margin/index.html"}
_QUERY = {"SHOWTYPE": "xlsx", "CATALOGID": "1837_xxpl", "TABKEY": "tab2", "tab2PAGENO": "1"}

_CODE, _FINANCING, _SHORT_SHARES, _SOLD_SHARES = "证券代码", "融资余额", "融券余量", "融券卖出量"
_SHORT, _TOTAL = "融券余额", "融资融券余额"

_UNIT = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")
"""Behind a heading, as in 融资余额(元); that it is still that unit is for the sums to say."""


class SzseMarginByFund(Source):
    """The exchange's workbook by security, out before the next session opens.

    It carries no date: the day asked for is taken on trust. Only a gate, which knows the table of the
    session before, can tell that it came again.
    """

    name = "szse.margin_detail"
    host = "www.szse.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN_DETAIL
    scope = "SZSE"

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; before publication the workbook holds its headings alone."""
        fresh = {"random": str(random.random())}  # noqa: S311 -- caches on the way must not answer
        query = {**_QUERY, "txtDate": day.isoformat(), **fresh}
        return first_sheet(self._http.get(_URL, query, headers=_HEADERS).content)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The ETFs by the workbook's headings; one whose figures do not add up keeps its row without any."""
        rows = raw.set_axis([_UNIT.sub("", str(heading)) for heading in raw.columns], axis="columns")
        figures = (_FINANCING, _SHORT_SHARES, _SOLD_SHARES, _SHORT, _TOTAL)
        require(rows, _CODE, *figures)
        rows = rows.assign(**{column: rows[column].astype("str").str.replace(",", "") for column in figures})
        told = without_misfits(rows, _FINANCING, _SHORT, _TOTAL, _FINANCING, _SHORT_SHARES)
        require_plausible(rows, _FINANCING, _SHORT_SHARES, _SOLD_SHARES)
        return Answer(day=day, table=etfs(told, _CODE, _FINANCING, _SHORT_SHARES))

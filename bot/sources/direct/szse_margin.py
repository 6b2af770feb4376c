"""Balances of margin trading at SZSE, in 元."""

import random
from datetime import date
from typing import Any, ClassVar

import pandas as pd

from bot.sources.answers import require
from bot.sources.balances import YI_CNY, balances
from bot.sources.base import Answer, Source, SourceChangedError
from bot.sources.direct.http import Http
from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT
from signals.core.snapshot import Dataset

_URL = "https://www.szse.cn/api/report/ShowReport/data"
_HEADERS = {"Referer": "https://www.szse.cn/disclosure/margin/margin/index.html"}
_QUERY = {"SHOWTYPE": "JSON", "CATALOGID": "1837_xxpl", "tab1PAGENO": "1"}

_DAY = "subname"
_COLUMNS = {"jrrzye": FINANCING, "jrrjye": SHORT, "jrrzrjye": MARGIN_TOTAL}


class SzseMarginBalances(Source):
    """The exchange's summary in 亿元 with two decimals, so a daily change is good to ±0.01亿元.

    Out at about 08:50 of the next session. It states its date beside the row, so that a table of another
    day shows.
    """

    name = "szse.margin"
    host = "www.szse.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN
    scope = "SZSE"

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; the row comes with the date that the exchange states."""
        fresh = {"random": str(random.random())}  # noqa: S311 -- caches on the way must not answer
        query = {**_QUERY, "txtDate": day.isoformat(), **fresh}
        return _summary(self._http.get(_URL, query, headers=_HEADERS).json())

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """亿元 in text become 元, with the exchange's own date, whichever it is."""
        require(raw, *_COLUMNS, _DAY)
        if len(raw) != 1:
            raise SourceChangedError("rows", f"{len(raw)} rows instead of one")
        told = _stated(str(raw[_DAY].iloc[0]))
        return Answer(day=told, table=balances("SZSE", raw, _COLUMNS, unit_cny=YI_CNY))


def _summary(content: Any) -> pd.DataFrame:
    """The rows of the block tab1; tab2 is about single securities."""
    for block in content if isinstance(content, list) else ():
        match block:
            case {"metadata": {"tabkey": "tab1"}, "data": None}:
                return pd.DataFrame()
            case {"metadata": {"tabkey": "tab1"} as about, "data": [*rows]} if all(isinstance(r, dict) for r in rows):
                return pd.DataFrame(rows).assign(**{_DAY: str(about.get(_DAY))})
    raise SourceChangedError("columns", "there is no block tab1 with a list of rows")


def _stated(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise SourceChangedError("day", f"the exchange states {text[:40]!r} as the date") from error

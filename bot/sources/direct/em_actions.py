"""Splits and dividends of ETFs from Eastmoney's lists of a year: every page of them, or none."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from bot.sources.base import Answer, SourceChangedError, SpanSource, UnavailableError
from bot.sources.direct.http import Http, Reply
from bot.sources.facts import DIVIDEND_KINDS, YOUNG, dividends_in, splits_in
from signals.core.snapshot import Dataset

PAGES_MAX = 60
"""Of a list; the longest has some ten pages of 100 rows at the end of a year."""

_HOST = "fund.eastmoney.com"
_URL = f"https://{_HOST}/Data/funddataIndex_Interface.aspx"

_PAGE_INFO = re.compile(r"\s*var\s+pageinfo\s*=\s*(\[[\d\s,]*\])\s*;\s*var\s+(\w+)\s*=\s*")


@dataclass(frozen=True, kw_only=True)
class _List:
    """One of the publisher's lists: how it is asked for and what stands in the places of a row."""

    name: str
    """The variable of the script that holds the rows."""
    query: Mapping[str, str]
    columns: tuple[str, ...]
    """By position: the rows have no names; what is named "" is not read."""


_SPLITS = _List(
    name="jjcf_data",
    query=MappingProxyType({"dt": "9", "rank": "FSRQ", "sort": "desc", "gs": ""}),
    columns=("code", "", "day", "", "ratio", ""),
)
_DIVIDENDS = _List(
    name="jjfh_data",
    query=MappingProxyType({"dt": "8", "rank": "BZDM", "sort": "asc", "gs": ""}),
    columns=("code", "", "record", "day", "cash", "paid", ""),
)
_DAYS = ("record", "day", "paid")


class EastmoneyActions(SpanSource):
    """What both lists have in common: asked for by year, told late, never the last word.

    The answer is a script that states how many pages there are; a page that does not come as one, such as a
    page for people with status 200, makes the reading one that failed on the way.
    """

    host = _HOST
    settles: ClassVar[bool] = False
    exact: ClassVar[bool] = False
    span_days: ClassVar[int] = 366
    look_back_days: ClassVar[int] = 30

    def __init__(self, http: Http) -> None:
        self._http = http

    def _of_year(self, which: _List, year: int, kind: str = "") -> pd.DataFrame:
        """All pages of a list; raises as `fetch` does."""
        first, pages = self._page(which, year, kind, 1)
        rest = [self._page(which, year, kind, number)[0] for number in range(2, pages + 1)]
        for number, rows in enumerate(rest, start=2):
            if not rows or rows in (first, *rest[: number - 2]):
                raise SourceChangedError("rows", f"page {number} of {pages} is empty or comes twice")
        return _table(which, (row for rows in (first, *rest) for row in rows))

    def _page(self, which: _List, year: int, kind: str, number: int) -> tuple[Sequence[Any], int]:
        """The rows of a page, and how many pages the answer says there are."""
        query = {**which.query, "page": str(number), "ftype": kind, "year": str(year)}
        return _read(self._http.get(_URL, query), which, number)


class EastmoneySplitList(EastmoneyActions):
    """The splits of all kinds of funds, newest first: one page or two.

    The day is Eastmoney's 拆分折算日, which may lie a session beside the one on which the exchange's share
    counts jump. Of a year that is no longer young an empty list is refused.
    """

    name = "em.splits"
    dataset: ClassVar[Dataset] = Dataset.SPLITS

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """One list for each calendar year of the span."""
        lists = []
        for year in range(start.year, end.year + 1):
            lists.append(self._of_year(_SPLITS, year))
            _require_rows(lists[-1], year, end, "the list")
        return pd.concat(lists, ignore_index=True)

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """New shares per old; no row at all is no failure."""
        return splits_in(raw, "code", "day", "ratio") if len(raw) else []


class EastmoneyDividendList(EastmoneyActions):
    """The dividends of the kinds of funds that ETFs are: four lists of a year; the whole year would be 65 pages.

    A kind may have paid nothing, but the largest of a year that is no longer young has.
    """

    name = "em.dividends"
    dataset: ClassVar[Dataset] = Dataset.DIVIDENDS
    requests: ClassVar[int] = 20

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """Four lists for each calendar year of the span, the newest year first."""
        lists = []
        for year in range(end.year, start.year - 1, -1):
            lists += [self._of_year(_DIVIDENDS, year, kind) for kind in DIVIDEND_KINDS]
            _require_rows(lists[-1], year, end, DIVIDEND_KINDS[-1])
        return pd.concat(lists, ignore_index=True)

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """元 per share by ex-date; no row at all is no failure."""
        return dividends_in(raw, "code", _DAYS, "cash") if len(raw) else []


def _require_rows(rows: pd.DataFrame, year: int, end: date, what: str) -> None:
    if rows.empty and end - date(year, 1, 1) > YOUNG:
        raise SourceChangedError("rows", f"{what} of {year} is empty")


def _read(reply: Reply, which: _List, number: int) -> tuple[Sequence[Any], int]:
    text = reply.decoded("utf-8-sig")
    head = _PAGE_INFO.match(text)
    if head is None:
        raise UnavailableError(f"{reply.url}: no list came but {text[:40]!r}")
    try:
        info, (rows, _) = json.loads(head[1]), json.JSONDecoder().raw_decode(text, head.end())
    except (ValueError, RecursionError) as error:
        raise SourceChangedError("answer", f"{reply.url}: unreadable: {error}") from error
    if head[2] != which.name or not isinstance(rows, list) or not info or info[0] > PAGES_MAX:
        raise SourceChangedError("answer", f"{reply.url}: page {number} is no list of {which.name}: {text[:60]!r}")
    if info[2:3] not in ([], [number]):
        raise SourceChangedError("answer", f"{reply.url}: page {info[2]} came for page {number}")
    return rows, info[0]


def _table(which: _List, rows: Iterable[Any]) -> pd.DataFrame:
    """The rows by the names of their places; dates that can be read as `date`, else None."""
    listed = list(rows)
    places = {name: at for at, name in enumerate(which.columns) if name}
    if not all(isinstance(row, list) and len(row) == len(which.columns) for row in listed):
        raise SourceChangedError("columns", f"a row has not the {len(which.columns)} cells that it had")
    table = pd.DataFrame({name: pd.Series([row[at] for row in listed], dtype="object") for name, at in places.items()})
    return table.assign(**{name: table[name].map(_day).astype("object") for name in _DAYS if name in places})


def _day(cell: object) -> date | None:
    try:
        return date.fromisoformat(cell.strip()) if isinstance(cell, str) else None
    except ValueError:
        return None

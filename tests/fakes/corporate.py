"""Eastmoney's lists of splits and dividends: scripts of one page of a year, cells by position."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row


@dataclass(frozen=True, kw_only=True)
class Split:
    """A row of the list of splits."""

    code: str
    day: date
    ratio: float | str

    def row(self) -> Row:
        """Its cells; the ratio is text with six decimals."""
        ratio = self.ratio if isinstance(self.ratio, str) else f"{self.ratio:.6f}"
        return {"code": self.code, "name": "名", "day": f"{self.day}", "type": "份额分拆", "ratio": ratio, "-": ""}


@dataclass(frozen=True, kw_only=True)
class Dividend:
    """A row of the list of dividends; the record date is a day before, the payment five days after."""

    code: str
    day: date
    cash: float
    kind: str = "指数型-股票"

    def row(self) -> Row:
        """Its cells."""
        return {
            "code": self.code,
            "name": "名",
            "record": f"{self.day - timedelta(days=1)}",
            "day": f"{self.day}",
            "cash": f"{self.cash:.4f}",
            "paid": f"{self.day + timedelta(days=5)}",
            "-": "1",
        }


class _YearList(Endpoint):
    """A list of a year in pages, told from its siblings by `dt`."""

    host: ClassVar[str] = "fund.eastmoney.com"
    path: ClassVar[str] = "/Data/funddataIndex_Interface.aspx"
    dt: ClassVar[str]
    prefix: ClassVar[str]
    PAGE_ROWS: ClassVar[int] = 100

    def __init__(self) -> None:
        super().__init__()
        self.lost_pages: frozenset[int] = frozenset()
        """Pages that come as a page for people, though the first has announced them."""

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == self.path and query.get("dt") == self.dt else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if len(query["year"]) != 4 or not query["year"].isdecimal():
            raise BadQueryError(f"not a year: {query['year']}")
        return self.of_year(int(query["year"]), query["ftype"])

    @abstractmethod
    def of_year(self, year: int, kind: str) -> Sequence[Row]:
        """The rows of a year; of all kinds where the kind is empty."""

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        # An empty cell is empty text there, never null.
        cells = [["" if cell is None else cell for cell in row.values()] for row in rows or ()]
        page = int(query["page"])
        shown = cells[(page - 1) * self.PAGE_ROWS : page * self.PAGE_ROWS]
        listed = "null" if rows is None else json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        head = f"var pageinfo = [{-(-len(cells) // self.PAGE_ROWS)},{self.PAGE_ROWS},{page}]"
        tail = f'var {self.prefix}_jjgs=["某基金"];var {self.prefix}_year=["2026"];'
        content = f"{head};var {self.prefix}_data={listed};{tail}"
        if page in self.lost_pages:
            content = "<html><body>您的访问过于频繁</body></html>"
        return Body(content=content.encode(), content_type="text/html; charset=utf-8")


class SplitList(_YearList):
    """The splits of all kinds of funds, newest first."""

    dt: ClassVar[str] = "9"
    prefix: ClassVar[str] = "jjcf"

    def __init__(self, splits: Sequence[Split]) -> None:
        super().__init__()
        self.splits = splits

    def of_year(self, year: int, kind: str) -> Sequence[Row]:
        if kind:
            raise BadQueryError(f"splits are not asked for by kind: {kind}")
        newest_first = sorted(self.splits, key=lambda one: one.day, reverse=True)
        return [one.row() for one in newest_first if one.day.year == year]


class DividendList(_YearList):
    """The dividends of one kind of funds, by code."""

    dt: ClassVar[str] = "8"
    prefix: ClassVar[str] = "jjfh"

    def __init__(self, dividends: Sequence[Dividend]) -> None:
        super().__init__()
        self.dividends = dividends

    def of_year(self, year: int, kind: str) -> Sequence[Row]:
        by_code = sorted(self.dividends, key=lambda one: one.code)
        return [one.row() for one in by_code if one.day.year == year and kind in ("", one.kind)]

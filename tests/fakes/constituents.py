"""The workbooks in which the two index firms publish constituents and weights."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import openpyxl  # type: ignore[import-untyped]

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row

SHANGHAI, SHENZHEN, HONG_KONG = "上海证券交易所", "深圳证券交易所", "香港证券交易所"


@dataclass(frozen=True)
class Constituent:
    """A row of an index, in the publishers' own words."""

    code: str | int
    percent: float | str
    exchange: str = SHANGHAI


class CsindexWorkbook(Endpoint):
    """中证's month-end file of one index: ten columns, read by their position."""

    host: ClassVar[str] = "oss-ch.csindex.com.cn"
    folder: ClassVar[str] = "/static/html/csindex/public/uploads/file/autofile/closeweight"
    headings: ClassVar[tuple[str, ...]] = (
        "日期Date",
        "指数代码 Index Code",
        "指数名称 Index Name",
        "指数英文名称Index Name(Eng)",
        "成份券代码Constituent Code",
        "成份券名称Constituent Name",
        "成份券英文名称Constituent Name(Eng)",
        "交易所Exchange",
        "交易所英文名称Exchange(Eng)",
        "权重(%)weight",
    )

    def __init__(self, index: str, constituents: Mapping[date, Sequence[Constituent]]) -> None:
        super().__init__()
        self.index = index
        self.states = index
        """The index that the file says it is about."""
        self.constituents = constituents

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == f"{self.folder}/{self.index}closeweight.xls" else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        return [
            _row(
                self.headings,
                f"{day:%Y%m%d}",
                self.states,
                "某指数",
                "An index",
                one.code,
                f"股票{one.code}",
                f"Stock {one.code}",
                one.exchange,
                "An exchange",
                one.percent,
            )
            for day, constituents in self.constituents.items()
            for one in constituents
        ]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        return workbook(self.headings, rows or ())


class CniWorkbook(Endpoint):
    """国证's file of one index: several month-ends, six columns, the code read by its name and all by position."""

    host: ClassVar[str] = "www.cnindex.com.cn"
    path: ClassVar[str] = "/sample-detail/download-history"
    headings: ClassVar[tuple[str, ...]] = ("日期", "样本代码", "样本简称", "所属行业", "总市值（亿元）", "权重（%）")

    def __init__(self, index: str, constituents: Mapping[date, Sequence[Constituent]]) -> None:
        super().__init__()
        self.index = index
        self.constituents = constituents

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if query["indexcode"] != self.index:
            raise BadQueryError(f"{query['indexcode']} is not {self.index}")
        return [
            _row(self.headings, day.isoformat(), one.code, f"股票{one.code}", "信息技术", 1234.56, one.percent)
            for day, constituents in self.constituents.items()
            for one in constituents
        ]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        return workbook(self.headings, rows or ())


def _row(headings: Iterable[str], *cells: Any) -> Row:
    return dict(zip(headings, cells, strict=True))


def workbook(headings: Sequence[str], rows: Sequence[Row]) -> Body:
    """An xlsx; 中证 sends the older xls under the same address, and pandas looks which it is."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(rows[0]) if rows else list(headings))
    for row in rows:
        sheet.append(list(row.values()))
    file = io.BytesIO()
    book.save(file)
    return Body(content=file.getvalue(), content_type="application/vnd.ms-excel")

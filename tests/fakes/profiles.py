"""Lists that say who the ETFs are: Eastmoney's fund selector and SZSE's workbook."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import openpyxl  # type: ignore[import-untyped]

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row, json_body

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, kw_only=True)
class Fund:
    """An ETF as publishers describe it, in their own words."""

    code: str
    name: Any = "沪深300ETF"
    kind: Any = "006"
    index_code: Any = "000300"
    index_name: Any = "沪深300"


class FundSelector(Endpoint):
    """The selector's list of all ETFs; only the fields that are asked for, whatever page is asked for."""

    host: ClassVar[str] = "datacenter.eastmoney.com"
    path: ClassVar[str] = "/stock/fundselector/api/data/get"

    def __init__(self, funds: Sequence[Fund]) -> None:
        super().__init__()
        self.funds = funds
        self.page_rows_max: int | None = None
        """Fewer than are asked for."""
        self.refuses_with: int | None = None
        """A code of its own for a report that it does not know."""

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if query["type"] != "RPTA_APP_FUNDSELECT" or query["filter"] != '(ETF_TYPE_CODE="ALL")':
            raise BadQueryError(f"not the list of ETFs: {query['type']} {query['filter']}")
        asked = query["sty"].split(",")
        return [{name: value for name, value in _selector_row(one).items() if name in asked} for one in self.funds]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        if rows is None or self.refuses_with:
            code = self.refuses_with or 9201
            return json_body({"version": None, "result": None, "success": False, "message": "无数据", "code": code})
        shown = rows[: self.page_rows_max or int(query["ps"])]
        result = {"pages": -(-len(rows) // max(len(shown), 1)), "data": shown, "count": len(rows)}
        return json_body({"version": "1", "result": result, "success": True, "message": "ok", "code": 0})


def _selector_row(fund: Fund) -> Row:
    return {
        "SECURITY_CODE": fund.code,
        "SECURITY_NAME_ABBR": fund.name,
        "ETF_TYPE_CODE": fund.kind,
        "INDEX_CODE": fund.index_code,
        "INDEX_NAME": fund.index_name,
        "DEC_TOTALSHARE": 1234567890.0,
        "DEC_NAV": 1.2345,
        "PREMIUM_DISCOUNT_RATIO": -0.56,
        "YTD_CHANGE_RATE": 12.3,
    }


class SzseFundList(Endpoint):
    """SZSE's workbook of its ETFs; the headings alone where it has none."""

    host: ClassVar[str] = "www.szse.cn"
    path: ClassVar[str] = "/api/report/ShowReport"
    HEADINGS: ClassVar[tuple[str, ...]] = ("证券代码", "证券简称", "拟合指数", "当前规模(份)", "基金管理人")

    def __init__(self, funds: Sequence[Fund], headings: Sequence[str] = HEADINGS) -> None:
        super().__init__()
        self.funds = funds
        self.headings = headings

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == self.path and query.get("CATALOGID") == "1945" else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if (query["SHOWTYPE"], query["TABKEY"]) != ("xlsx", "tab1"):
            raise BadQueryError(f"{query['TABKEY']} as {query['SHOWTYPE']}")
        return [
            dict(zip(self.headings, (one.code, one.name, _tracked(one), "1,234,567,890", "某基金"), strict=True))
            for one in self.funds
        ]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(list(rows[0]) if rows else list(self.headings))
        for row in rows or ():
            sheet.append(list(row.values()))
        file = io.BytesIO()
        book.save(file)
        return Body(content=file.getvalue(), content_type=XLSX)


def _tracked(fund: Fund) -> str:
    return " ".join(filter(None, (fund.index_code, fund.index_name)))

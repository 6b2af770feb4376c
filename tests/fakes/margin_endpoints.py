"""Where margin balances are published besides the two exchanges' summaries, and the exchanges' lists by security."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import openpyxl  # type: ignore[import-untyped]

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row, json_body
from tests.fakes.publishers import XLSX, Balance

Security = tuple[float, float]
"""Financing in 元 and shares sold short of one security."""
BySecurity = Mapping[str, Security]

SHARE_CNY = 2.5
"""What one share of any security costs, for the balances of shares sold short."""


class Jin10Report(Endpoint):
    """Jin10's report of one exchange: every day since 2010 in one file, figures by their place."""

    host: ClassVar[str] = "cdn.jin10.com"

    def __init__(self, balances: Mapping[date, Balance]) -> None:
        super().__init__()
        self.balances = balances

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        return [
            {
                "融资买入额": 98_765_432_100,
                "融资余额": round(financing),
                "融券卖出量": 31_415_926,
                "融券余量": 1_234_567_890,
                "融券余额": round(short),
                "融资融券余额": round(financing + short),
            }
            for financing, short in self.balances.values()
        ]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        days = [day.isoformat() for day in self.balances]
        values = None if rows is None else dict(zip(days, [list(row.values()) for row in rows], strict=False))
        return json_body({"list": [], "kind": "", "keys": [], "values": values})


class Jin10SseReport(Jin10Report):
    """Shanghai's."""

    path: ClassVar[str] = "/data_center/reports/fs_1.json"


class Jin10SzseReport(Jin10Report):
    """Shenzhen's."""

    path: ClassVar[str] = "/data_center/reports/fs_2.json"


class BseMarginTable(Endpoint):
    """BSE's summary: one row, in 元 and beside it rounded in 万元, and the date after it in a script's quotes."""

    host: ClassVar[str] = "www.bse.cn"
    path: ClassVar[str] = "/rzrqjyyexxController/summaryInfoResult.do"

    def __init__(self, balances: Mapping[date, Balance]) -> None:
        super().__init__()
        self.balances = balances

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        day = self.day(query["transDate"], "%Y-%m-%d")
        if day not in self.balances:
            return []
        financing, short = self.balances[day]
        figures = {
            "rzmre": 512_345_678.0,
            "rzye": financing,
            "rqmcl": 12_300.0,
            "rqyl": 456_700.0,
            "rqye": short,
            "rzrqye": financing + short,
        }
        return [{**figures, **{f"{key}Round": round(figure / 1e4, 2) for key, figure in figures.items()}}]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        day = self.day(query["transDate"], "%Y-%m-%d")
        content = f"{query['callback']}([{json.dumps(rows)}, '{day}'])"
        return Body(content=content.encode(), content_type="text/html; charset=utf-8")


class SseMarginList(Endpoint):
    """SSE's list by security, read by the position of its keys; at most 2,000 rows a page, whatever is asked for."""

    host: ClassVar[str] = "query.sse.com.cn"
    path: ClassVar[str] = "/marketdata/tradedata/queryMargin.do"
    PAGE_ROWS: ClassVar[int] = 2000

    def __init__(self, securities: Mapping[date, BySecurity]) -> None:
        super().__init__()
        self.securities = securities
        self.lost_pages: frozenset[int] = frozenset()
        """Pages, counted from 1, that come back empty though they are announced."""

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == self.path and query.get("tabType") == "mxtype" else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        day = self.day(query["detailsDate"], "%Y%m%d")
        return [self._row(day, code, *security) for code, security in sorted(self.securities.get(day, {}).items())]

    @staticmethod
    def _row(day: date, code: str, financing: float, short_shares: float) -> Row:
        return {
            "bz": None,
            "opDate": f"{day:%Y%m%d}",
            "rqchl": round(short_shares / 20),
            "rqmcl": round(short_shares / 30),
            "rqyl": round(short_shares),
            "rqylje": None,
            "rqylzz": None,
            "rzche": round(financing / 12),
            "rzmre": round(financing / 11),
            "rzrqjyzl": None,
            "rzye": round(financing),
            "securityAbbr": f"证券{code}",
            "stockCode": code,
        }

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        number = int(query["pageHelp.pageNo"])
        total, first = len(rows or ()), (number - 1) * self.PAGE_ROWS
        page = None if rows is None else [] if number in self.lost_pages else rows[first : first + self.PAGE_ROWS]
        content: dict[str, Any] = {"pageNo": number, "pageSize": self.PAGE_ROWS, "total": total, "data": page}
        return json_body({"actionErrors": [], "isPagination": "true", "pageHelp": content, "result": page})


class SzseMarginList(Endpoint):
    """SZSE's workbook by security, read by the position of its columns; the headings alone without data."""

    host: ClassVar[str] = "www.szse.cn"
    path: ClassVar[str] = "/api/report/ShowReport"
    HEADINGS: ClassVar[tuple[str, ...]] = (
        "证券代码",
        "证券简称",
        "融资买入额(元)",
        "融资余额(元)",
        "融券卖出量(股/份)",
        "融券余量(股/份)",
        "融券余额(元)",
        "融资融券余额(元)",
    )

    def __init__(self, securities: Mapping[date, BySecurity]) -> None:
        super().__init__()
        self.securities = securities

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == self.path and query.get("CATALOGID") == "1837_xxpl" else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if query["TABKEY"] != "tab2" or query["SHOWTYPE"] != "xlsx":
            raise BadQueryError(f"{query['TABKEY']} as {query['SHOWTYPE']}")
        day = self.day(query["txtDate"], "%Y-%m-%d")
        return [self._row(code, *security) for code, security in sorted(self.securities.get(day, {}).items())]

    def _row(self, code: str, financing: float, short_shares: float) -> Row:
        short = round(short_shares * SHARE_CNY)
        financing = round(financing)
        amounts = (financing / 11, financing, short_shares / 30, short_shares, short, financing + short)
        return dict(zip(self.HEADINGS, (code, f"证券{code}", *(f"{amount:,.0f}" for amount in amounts)), strict=True))

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(list(rows[0]) if rows else list(self.HEADINGS))
        for row in rows or ():
            sheet.append(list(row.values()))
        file = io.BytesIO()
        book.save(file)
        return Body(content=file.getvalue(), content_type=XLSX)

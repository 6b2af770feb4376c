"""The addresses that akshare asks, each from plain tables: figures in our units by session and code."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import openpyxl  # type: ignore[import-untyped]

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row, json_body

ByCode = Mapping[str, float]
Balance = tuple[float, float]
"""Financing and short of one exchange in 元."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LIST_FIELDS = (
    *range(2, 9),
    10,
    *range(12, 19),
    20,
    21,
    *range(30, 36),
    38,
    62,
    *range(66, 88, 3),
    124,
    184,
    297,
    402,
    441,
)


def quote(code: str, day: date, **figures: float) -> Row:
    """A row of Eastmoney's list in its own units; what is not given it shows as "-".

    Figures: open, high, low, close, prev_close, volume_lots, amount_cny, iopv.
    """
    keys = {
        "open": "f17",
        "high": "f15",
        "low": "f16",
        "close": "f2",
        "prev_close": "f18",
        "volume_lots": "f5",
        "amount_cny": "f6",
        "iopv": "f441",
    }
    row: Row = {f"f{number}": "-" for number in _LIST_FIELDS}
    row.update(f12=code, f13=int(code[0] == "5"), f14=f"基金{code}", f297=int(f"{day:%Y%m%d}"), f124=1763623800)
    row.update({keys[name]: figure for name, figure in figures.items()})
    return row


class EastmoneyList(Endpoint):
    """The list of ETFs: pages of at most 100, always about its latest day."""

    host: ClassVar[str] = "push2delay.eastmoney.com"
    path: ClassVar[str] = "/api/qt/clist/get"
    PAGE_ROWS: ClassVar[int] = 100

    def __init__(self, quotes: Sequence[Row]) -> None:
        super().__init__()
        self.quotes = quotes
        self.last_page: int | None = None
        """Pages after this one say null, though the first has announced them."""

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if query["fs"].count("b:MK0") != 5 or query["np"] != "1":
            raise BadQueryError(f"not the list of ETFs: {query['fs']}")
        return sorted(self.quotes, key=lambda row: str(row[query["fid"]]), reverse=query["po"] == "1")

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        size = min(int(query["pz"]), self.PAGE_ROWS)
        page = int(query["pn"])
        if rows is None or page > (self.last_page or page):
            return json_body({"rc": 0, "rt": 6, "data": None})
        shown = rows[(page - 1) * size : page * size]
        return json_body({"rc": 0, "rt": 6, "full": 1, "data": {"total": len(rows), "diff": shown}})


class SseShareCounts(Endpoint):
    """SSE's list of share counts; nothing for a day without counts."""

    host: ClassVar[str] = "query.sse.com.cn"
    path: ClassVar[str] = "/commonQuery.do"

    def __init__(self, counts: Mapping[date, ByCode]) -> None:
        super().__init__()
        self.counts = counts

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if query["sqlId"] != "COMMON_SSE_ZQPZ_ETFZL_XXPL_ETFGM_SEARCH_L":
            raise BadQueryError(query["sqlId"])
        day = self.day(query["STAT_DATE"], "%Y-%m-%d")
        return [
            {
                "NUM": str(number),
                "SEC_CODE": code,
                "SEC_NAME": f"{code}ETF",
                "ETF_TYPE": "单市",
                "STAT_DATE": day.isoformat(),
                "TOT_VOL": f"{shares / 1e4:.2f}",
            }
            for number, (code, shares) in enumerate(self.counts.get(day, {}).items(), start=1)
        ]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        total = len(rows or ())
        return json_body({"isPagination": "true", "pageHelp": {"total": total, "pageSize": 2000}, "result": rows})


class SzseShareCounts(Endpoint):
    """SZSE's workbook of share counts; the heading alone for a day without counts."""

    host: ClassVar[str] = "www.szse.cn"
    path: ClassVar[str] = "/api/report/ShowReport"

    def __init__(self, counts: Mapping[date, ByCode], count_heading: str = "基金规模(份)") -> None:
        super().__init__()
        self.counts = counts
        self.headings = ("日期", "基金代码", "基金简称", count_heading)

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == self.path and query.get("CATALOGID") == "scsj_fund_jjgm" else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        first, last = (self.day(query[name], "%Y-%m-%d") for name in ("txtStart", "txtEnd"))
        if query["jjlb"] != "ETF" or query["SHOWTYPE"] != "xlsx":
            raise BadQueryError(f"{query['jjlb']} as {query['SHOWTYPE']}")
        return [
            dict(zip(self.headings, (day.isoformat(), code, f"{code}ETF", f"{shares:,.0f}"), strict=True))
            for day, counts in self.counts.items()
            if first <= day <= last
            for code, shares in counts.items()
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


class ThsNetValues(Endpoint):
    """Tonghuashun's list: every fund with its newest value up to the day and that value's date."""

    host: ClassVar[str] = "fund.10jqka.com.cn"
    path: ClassVar[str] = "/data/Net/info/ETF_rate_desc_{date}_0_1_9999_0_0_0_jsonp_g.html"

    def __init__(self, values: Mapping[date, ByCode]) -> None:
        super().__init__()
        self.values = values

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        before, _, after = self.path.partition("{date}")
        if path.startswith(before) and path.endswith(after):
            return {"date": path.removeprefix(before).removesuffix(after)}
        return None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        asked = self.day(query["date"], "%Y-%m-%d")
        newest = {
            code: (day, value)
            for day in sorted(self.values)
            if day <= asked
            for code, value in self.values[day].items()
        }
        return [
            {
                "code": code,
                "typename": "ETF",
                "name": f"基金{code}",
                "net": f"{value:.4f}",
                "totalnet": f"{value:.4f}",
                "newnet": f"{value:.4f}",
                "newtotalnet": f"{value:.4f}",
                "newdate": day.isoformat(),
                "net1": "",
                "totalnet1": "",
                "ranges": "",
                "rate": "",
                "shstat": "开放",
                "sgstat": "开放",
            }
            for code, (day, value) in newest.items()
        ]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        funds = None if rows is None else {f"f{number}": row for number, row in enumerate(rows)}
        content = json.dumps({"error": {"id": 0}, "data": {"data": funds}}, ensure_ascii=False)
        return Body(content=f"g({content})".encode(), content_type="text/html; charset=utf-8")


class SseMarginTable(Endpoint):
    """SSE's margin summary, read by the position of its keys, newest day first."""

    host: ClassVar[str] = "query.sse.com.cn"
    path: ClassVar[str] = "/marketdata/tradedata/queryMargin.do"

    def __init__(self, balances: Mapping[date, Balance]) -> None:
        super().__init__()
        self.balances = balances

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == self.path and query.get("tabType") != "mxtype" else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        first, last = (self.day(query[name], "%Y%m%d") for name in ("beginDate", "endDate"))
        days = sorted((day for day in self.balances if first <= day <= last), reverse=True)
        return [self._row(day, *self.balances[day]) for day in days]

    @staticmethod
    def _row(day: date, financing: float, short: float) -> Row:
        return {
            "bz": None,
            "opDate": f"{day:%Y%m%d}",
            "rqchl": None,
            "rqmcl": 31_415_926,
            "rqyl": 1_234_567_890,
            "rqylje": round(short),
            "rqylzz": None,
            "rzche": None,
            "rzmre": 98_765_432_100,
            "rzrqjyzl": round(financing + short),
            "rzye": round(financing),
            "securityAbbr": None,
            "stockCode": "",
        }

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        return json_body({"actionErrors": [], "isPagination": "true", "pageHelp": {"pageSize": 2000}, "result": rows})


class SzseMarginTable(Endpoint):
    """SZSE's margin summary: one row in 亿元, read by the position of its keys."""

    host: ClassVar[str] = "www.szse.cn"
    path: ClassVar[str] = "/api/report/ShowReport/data"

    def __init__(self, balances: Mapping[date, Balance]) -> None:
        super().__init__()
        self.balances = balances

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return query if path == self.path and query.get("CATALOGID") == "1837_xxpl" else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        day = self.day(query["txtDate"], "%Y-%m-%d")
        if day not in self.balances:
            return []
        financing, short = self.balances[day]
        amounts: dict[str, Any] = {
            "jrrzmr": 1014.15,
            "jrrzye": financing / 1e8,
            "jrrjmc": 0.28,
            "jrrjyl": 6.34,
            "jrrjye": short / 1e8,
            "jrrzrjye": (financing + short) / 1e8,
        }
        return [{key: f"{amount:,.2f}" for key, amount in amounts.items()}]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        stated = self.day(query["txtDate"], "%Y-%m-%d").isoformat()
        summary = {"metadata": {"catalogid": "1837_xxpl", "tabkey": "tab1", "subname": stated}, "data": rows}
        return json_body([summary, {"metadata": {"tabkey": "tab2"}, "data": []}])

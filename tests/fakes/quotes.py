"""Sina's list of ETFs, and the quote servers of Tencent and Sina, in the shapes in which they answer."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import unquote

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row

SCRIPT = "application/javascript; charset=GBK"


def listed(symbol: str, *, name: str = "", ticktime: str = "15:34:51", **figures: float) -> Row:
    """A row of Sina's list; figures by Sina's keys, in 元 and 份, and 0 where none is given."""
    prices = {key: f"{figures.get(key, 0):.3f}" for key in ("trade", "settlement", "open", "high", "low")}
    return {
        "symbol": symbol,
        "name": name or f"基金{symbol[2:]}",
        "trade": prices["trade"],
        "pricechange": "0.000",
        "changepercent": "0.000",
        "buy": "0.000",
        "sell": "0.000",
        **{key: prices[key] for key in ("settlement", "open", "high", "low")},
        "volume": figures.get("volume", 0),
        "amount": figures.get("amount", 0),
        "code": symbol[2:],
        "ticktime": ticktime,
        "per": 0,
        "pb": 0,
    }


class SinaList(Endpoint):
    """All ETFs in one answer, without a date: JSONP with the bare keys of JavaScript."""

    host: ClassVar[str] = "vip.stock.finance.sina.com.cn"
    path: ClassVar[str] = (
        "/quotes_service/api/jsonp.php/IO.XSRV2.CallbackList['da_yPT46_Ll7K6WD']/Market_Center.getHQNodeDataSimple"
    )

    def __init__(self, quotes: Sequence[Row]) -> None:
        super().__init__()
        self.quotes = quotes
        self.encoding = "gbk"

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        return super().understand(unquote(path), query)

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if query["node"] != "etf_hq_fund" or query["page"] != "1":
            raise BadQueryError(f"not the first page of ETFs: {query}")
        ordered = sorted(self.quotes, key=lambda row: str(row[query["sort"]]), reverse=query["asc"] == "0")
        return ordered[: int(query["num"])]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        said = "null" if rows is None else f"[{','.join(map(_object, rows))}]"
        callback = self.path.split("/")[-2]
        script = f"/*<script>location.href='//sina.com';</script>*/\n{callback}({said});"
        return Body(content=script.encode(self.encoding), content_type=SCRIPT)


def _object(row: Row) -> str:
    return "{" + ",".join(f"{key}:{json.dumps(value, ensure_ascii=False)}" for key, value in row.items()) + "}"


class QuoteServer(Endpoint):
    """Quotes of the symbols that stand in the path, each a text of fields without names."""

    sign: ClassVar[str]

    def __init__(self, levels: Mapping[str, float], at: datetime) -> None:
        super().__init__()
        self.levels = levels
        self.at = at
        self.late: Mapping[str, datetime] = {}
        """Symbols whose quotes are of another moment."""

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        before, _, symbols = path.partition("=")
        return {"symbols": symbols} if before == self.path else None

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        asked = query["symbols"].split(",")
        return [
            {"symbol": one, **self.fields(one, self.levels[one], self._moment(one))}
            for one in asked
            if one in self.levels
        ]

    def _moment(self, symbol: str) -> datetime:
        moment = self.late.get(symbol, self.at)
        return datetime.combine(self.answers_about or moment.date(), moment.time())

    @abstractmethod
    def fields(self, symbol: str, level: float, at: datetime) -> Row:
        """The fields of a quote in their order."""

    def texts(self, rows: Sequence[Row]) -> dict[str, str]:
        """What the server gives to the variable of each symbol."""
        return {row["symbol"]: self.sign.join(str(row[key]) for key in row if key != "symbol") for row in rows}


class TencentQuotes(QuoteServer):
    """A symbol that it does not know it passes over, unless it knows none of those asked for."""

    host: ClassVar[str] = "qt.gtimg.cn"
    path: ClassVar[str] = "/q"
    sign: ClassVar[str] = "~"

    def fields(self, symbol: str, level: float, at: datetime) -> Row:
        book: dict[str, Any] = {f"book{number}": "0.00" for number in range(22)}
        return {
            "market": 1 if symbol.startswith("sh") else 51,
            "name": f"指数{symbol[2:]}",
            "code": symbol[2:],
            "level": f"{level:.2f}",
            "previous": f"{level - 10:.2f}",
            "open": f"{level - 5:.2f}",
            "volume": 674922194,
            **book,
            "trades": "",
            "moment": f"{at:%Y%m%d%H%M%S}",
            "change": "10.00",
        }

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        texts = self.texts(rows) if rows else {"pv_none_match": "1"}
        script = "".join(f'v_{symbol}="{text}";\n' for symbol, text in texts.items())
        return Body(content=script.encode("gbk"), content_type="text/html; charset=GBK")


class SinaQuotes(QuoteServer):
    """A symbol that it does not know has an empty text."""

    host: ClassVar[str] = "hq.sinajs.cn"
    path: ClassVar[str] = "/list"
    sign: ClassVar[str] = ","

    def fields(self, symbol: str, level: float, at: datetime) -> Row:
        book: dict[str, Any] = {f"book{number}": "0" for number in range(20)}
        # Shanghai's quotes end with one field more, which is empty.
        tail = {"end": ""} if symbol.startswith("sh") else {}
        return {
            "name": f"指数{symbol[2:]}",
            "open": f"{level - 5:.4f}",
            "previous": f"{level - 10:.4f}",
            "level": f"{level:.4f}",
            "high": f"{level + 5:.4f}",
            "low": f"{level - 15:.4f}",
            "bid": 0,
            "ask": 0,
            "volume": 402626660,
            "amount": 398081845473,
            **book,
            "day": f"{at:%Y-%m-%d}",
            "time": f"{at:%H:%M:%S}",
            "state": "00",
            **tail,
        }

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        texts = self.texts(rows or ())
        asked = query["symbols"].split(",")
        script = "".join(f'var hq_str_{symbol}="{texts.get(symbol, "")}";\n' for symbol in asked)
        return Body(content=script.encode("gbk"), content_type="application/javascript; charset=GB18030")

"""What publishers tell of single stocks: Tencent's ranked list, Eastmoney's pools at the limit, and its news search."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row, json_body


def ranked(symbol: str, close: float, before: float, lots: int) -> Row:
    """A row of Tencent's list, every figure as text: 元, per cent, 手, 万元 and 亿元."""
    return {
        "code": symbol,
        "name": f"股票{symbol}",
        "zxj": f"{close:.2f}",
        "zdf": f"{100 * (close / before - 1):.2f}",
        "zd": f"{close - before:.2f}",
        "hsl": "0.13",
        "lb": "0.54",
        "ltsz": "16218.56",
        "pe_ttm": "19.92",
        "pn": "6.46",
        "speed": "0.02",
        "state": "",
        "stock_type": "GP-A",
        "turnover": f"{lots * 100 * close / 1e4:.0f}",
        "volume": f"{lots}.00",
        "zf": "0.77",
        "zsz": "16218.56",
    }


class TencentRankList(Endpoint):
    """The list of all stocks: pages of at most 200, always as of now."""

    host: ClassVar[str] = "proxy.finance.qq.com"
    path: ClassVar[str] = "/cgi/cgi-bin/rank/hs/getBoardRankList"
    PAGE_ROWS: ClassVar[int] = 200

    def __init__(self, stocks: Sequence[Row]) -> None:
        super().__init__()
        self.stocks = stocks
        self.lost_pages: frozenset[int] = frozenset()
        """Pages, counted from 0, that come back empty though they are announced."""

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if (query["board_code"], query["sort_type"], query["direct"]) != ("aStock", "price", "down"):
            raise BadQueryError(f"not the list of stocks by price: {query}")
        return sorted(self.stocks, key=lambda row: float(row["zxj"]), reverse=True)

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        if rows is None:
            return json_body({"code": 0, "msg": "ok", "data": None})
        offset, count = int(query["offset"]), int(query["count"])
        if count > self.PAGE_ROWS:
            raise BadQueryError(f"{count} rows at once")
        shown = [] if offset // self.PAGE_ROWS in self.lost_pages else rows[offset : offset + count]
        page = {"rank_list": shown, "offset": offset, "total": len(rows)}
        return json_body({"code": 0, "msg": "ok", "data": page})


class _Pool(Endpoint):
    host: ClassVar[str] = "push2ex.eastmoney.com"
    sort: ClassVar[str]

    def __init__(self, stocks: Mapping[str, tuple[float, float]]) -> None:
        super().__init__()
        self.stocks = stocks
        """Price in 元 and change in per cent, by code."""

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        self.day(query["date"], "%Y%m%d")
        if query["sort"] != self.sort or query["dpt"] != "wz.ztzt":
            raise BadQueryError(f"not this pool: {query}")
        return [
            {
                "c": code,
                "m": int(code[0] == "6"),
                "n": f"股票{code}",
                "p": round(price * 1000),
                "zdp": change,
                "amount": 238_093_079,
                "ltsz": 22_459_561_813.0,
                "tshare": 24_459_561_813.0,
                **self.tail(),
            }
            for code, (price, change) in self.stocks.items()
        ]

    @abstractmethod
    def tail(self) -> Row:
        """The keys after those that both pools have."""

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        if rows is None:
            return json_body({"rc": 102, "rt": 29, "data": None})
        asked = self.day(query["date"], "%Y%m%d")
        data = {"tc": len(rows), "qdate": int(f"{asked:%Y%m%d}"), "pool": rows}
        return json_body({"rc": 0, "rt": 29, "data": data})


class LimitUpPool(_Pool):
    """Stocks at their upper limit: 16 keys, read by their position."""

    path: ClassVar[str] = "/getTopicZTPool"
    sort: ClassVar[str] = "fbt:asc"

    def tail(self) -> Row:
        return {
            "hs": 1.06,
            "lbc": 1,
            "fbt": 92500,
            "lbt": 145_900,
            "fund": 520_606_032,
            "zbc": 0,
            "hybk": "消费电子",
            "zttj": {"days": 1, "ct": 1},
        }


class LimitDownPool(_Pool):
    """Stocks at their lower limit: 16 keys in another order, read by their position."""

    path: ClassVar[str] = "/getTopicDTPool"
    sort: ClassVar[str] = "fund:asc"

    def tail(self) -> Row:
        return {
            "pe": -35.2,
            "hs": 4.4,
            "fund": 20_606_032,
            "lbt": 145_209,
            "fba": 30_606_032,
            "days": 1,
            "oc": 2,
            "hybk": "环保设备",
        }


def article(title: str, published: str, *, publisher: str = "证券时报", code: str = "202611203570000001") -> Row:
    """A hit of Eastmoney's search."""
    return {
        "date": published,
        "image": "",
        "code": code,
        "title": title,
        "content": "……",
        "mediaName": publisher,
        "url": f"http://finance.eastmoney.com/a/{code}.html",
    }


class NewsSearch(Endpoint):
    """Eastmoney's search for headlines: JSONP under the name that the query gives."""

    host: ClassVar[str] = "search-api-web.eastmoney.com"
    path: ClassVar[str] = "/search/jsonp"

    def __init__(self, articles: Mapping[str, Sequence[Row]]) -> None:
        super().__init__()
        self.articles = articles
        """By keyword."""

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        wanted: dict[str, Any] = json.loads(query["param"])
        return self.articles.get(wanted["keyword"], ())

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        content = json.dumps({"code": 0, "msg": "OK", "result": {"cmsArticleWebOld": rows}}, ensure_ascii=False)
        return Body(content=f"{query['cb']}({content})".encode(), content_type="application/javascript; charset=utf-8")

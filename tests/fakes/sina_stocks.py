"""Sina's list of all stocks: how many there are, and pages of 80 by symbol."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row, json_body

_API = "/quotes_service/api/json_v2.php/Market_Center"


def listed(symbol: str, close: float, before: float, shares: int, *, time: str = "15:00:01") -> Row:
    """A row of the list, in 元, per cent and 股: prices are text, volume and value numbers."""
    return {
        "symbol": symbol,
        "code": symbol[2:],
        "name": f"股票{symbol}",
        "trade": f"{close:.3f}",
        "pricechange": round(close - before, 3),
        "changepercent": round(100 * (close / before - 1), 3) if close else 0,
        "buy": f"{close:.3f}",
        "sell": f"{close + 0.01:.3f}",
        "settlement": f"{before:.3f}",
        "open": f"{before + 0.01:.3f}",
        "high": f"{max(close, before) + 0.05:.3f}",
        "low": f"{min(close, before) - 0.05:.3f}",
        "volume": shares,
        "amount": round(shares * close),
        "ticktime": time,
        "per": 8.12,
        "pb": 0.61,
        "mktcap": 31_234_567.8,
        "nmc": 29_234_567.8,
        "turnoverratio": 0.31,
    }


class SinaStockCount(Endpoint):
    """How long the list is, as a number in quotes."""

    host: ClassVar[str] = "vip.stock.finance.sina.com.cn"
    path: ClassVar[str] = f"{_API}.getHQNodeStockCount"

    def __init__(self, stocks: Sequence[Row]) -> None:
        super().__init__()
        self.stocks = stocks

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if query["node"] != "hs_a":
            raise BadQueryError(f"not the list of stocks: {query}")
        return self.stocks

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        return json_body(str(len(rows or ())))


class SinaStockList(SinaStockCount):
    """A page of the list, always as of now."""

    path: ClassVar[str] = f"{_API}.getHQNodeData"

    def __init__(self, stocks: Sequence[Row]) -> None:
        super().__init__(stocks)
        self.lost_pages: frozenset[int] = frozenset()
        """Pages, counted from 1, that come back empty though they are announced."""

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if (query["sort"], query["asc"], query["num"]) != ("symbol", "1", "80"):
            raise BadQueryError(f"not 80 stocks by symbol: {query}")
        return sorted(super().rows(query), key=lambda row: str(row["symbol"]))

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        page = int(query["page"])
        shown: Any = rows if rows is None else rows[80 * (page - 1) : 80 * page]
        return json_body([] if page in self.lost_pages else shown)

"""Closes and traded value of all ETFs from Sina's list: one request, and no IOPV."""

import json
import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from bot.sources.answers import above_zero, fund_table, require
from bot.sources.base import Answer, Source, SourceChangedError, UnavailableError
from bot.sources.direct.http import Http, Reply
from bot.sources.spot import as_spot
from signals.core.field import AMOUNT, CLOSE, HIGH, LOW, OPEN, PREV_CLOSE, VOLUME
from signals.core.snapshot import Dataset

_URL = (
    "https://vip.stock.finance.sina.com.cn/quotes_service/api/jsonp.php/"
    "IO.XSRV2.CallbackList['da_yPT46_Ll7K6WD']/Market_Center.getHQNodeDataSimple"
)
_QUERY: Mapping[str, str] = MappingProxyType(
    {
        "page": "1",
        "num": "5000",
        "sort": "symbol",
        "asc": "0",
        "node": "etf_hq_fund",
        "[object HTMLDivElement]": "qvvne",
    }
)
"""As the page https://vip.stock.finance.sina.com.cn/fund_center/index.html asks, its slip included."""

_SYMBOL, _TIME = "symbol", "ticktime"
_COLUMNS = {
    "open": OPEN,
    "high": HIGH,
    "low": LOW,
    "trade": CLOSE,
    "settlement": PREV_CLOSE,
    "volume": VOLUME,
    "amount": AMOUNT,
}
_PRICES = (OPEN, HIGH, LOW, CLOSE, PREV_CLOSE)

_OPENING = re.compile(r"\((?=\[|null\))")
_STRING_OR_BARE_KEY = re.compile(r'("(?:[^"\\]|\\.)*+"?)|(?<![\w$])([A-Za-z_$][\w$]*+)(?=\s*:)', re.DOTALL)
"""A string is taken whole, so what looks like a key inside it is not one."""

_PREFIX = r"^(?:sh(?=5)|sz(?=1))"
"""Of a fund that stands at its own exchange."""

_CLOSING = "15:00:00"


class SinaDaily(Source):
    """The list behind akshare's `fund_etf_category_sina`, whose pure-Python decoder takes minutes for it.

    Volume is in 份, value in 元. It has no history and no date: its answer passes for the day asked for, and
    that it is not the session's before is for the gates to see. It is provisional until a fund that traded
    carries a time of 15:00:00 or later.
    """

    name = "sina.daily"
    host = "vip.stock.finance.sina.com.cn"
    dataset: ClassVar[Dataset] = Dataset.DAILY
    past: ClassVar[bool] = False

    def __init__(self, http: Http) -> None:
        self.http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """The list as it is now, whatever day is asked for; by the names of its keys."""
        return pd.DataFrame(_rows(self.http.get(_URL, _QUERY)))

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """A price of 0 is not known; a suspended fund keeps its volume of 0."""
        require(raw, _SYMBOL, _TIME, *_COLUMNS)
        codes = raw[_SYMBOL].astype("str").str.strip().str.replace(_PREFIX, "", regex=True)
        table = above_zero(fund_table(raw.assign(**{_SYMBOL: codes}), _SYMBOL, _COLUMNS), *_PRICES)
        return Answer(day=day, table=table, provisional=_newest_time(raw) < _CLOSING)


class SinaSpot(SinaDaily):
    """The same list while the exchanges trade."""

    name = "sina.spot"
    dataset: ClassVar[Dataset] = Dataset.SPOT
    settles: ClassVar[bool] = False

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """A list whose typical price is of 15:00:00 or later is of a session that is over, not of this one."""
        answer = super().parse(raw, day)
        times = sorted(_traded_times(raw))
        if times and times[len(times) // 2] >= _CLOSING:
            raise SourceChangedError("day", f"most prices are of {_CLOSING} or later: of an earlier session")
        return as_spot(answer)


def _rows(reply: Reply) -> list[dict[str, Any]]:
    """The objects of the list; raises as `Source.fetch` does."""
    text = _text(reply).rstrip("; \r\n")
    opening = _OPENING.search(text)
    if opening is None or not text.endswith(")"):
        raise UnavailableError(f"{reply.url}: no list came but {reply.content[:40]!r}")
    try:
        # A whole number may be too long for a float, of which pandas would make an error of its own.
        rows = json.loads(_quoted(text[opening.end() : -1]), parse_int=float)
    except (ValueError, RecursionError) as error:
        raise SourceChangedError("answer", f"{reply.url}: unreadable: {error}") from error
    if not all(isinstance(row, dict) for row in rows or ()):
        raise SourceChangedError("answer", f"{reply.url}: not a list of objects")
    return rows or []


def _quoted(script: str) -> str:
    """The script with its bare keys as JSON has them."""
    return _STRING_OR_BARE_KEY.sub(lambda found: found[1] or f'"{found[2]}"', script)


def _text(reply: Reply) -> str:
    # GBK by tradition, but escaped ASCII or UTF-8 elsewhere at Sina; GBK text is no UTF-8, the reverse may be.
    try:
        return reply.decoded()
    except UnavailableError:
        return reply.decoded("gb18030")


def _newest_time(raw: pd.DataFrame) -> str:
    return max(_traded_times(raw), default="0")


def _traded_times(raw: pd.DataFrame) -> list[str]:
    """Of the funds that traded: one that is suspended may carry the time of an earlier session."""
    traded = pd.to_numeric(raw["volume"], errors="coerce") > 0
    times = raw[_TIME].astype("str").str.strip()
    return times[traded & times.str.fullmatch(r"\d{2}:\d{2}:\d{2}")].to_list()

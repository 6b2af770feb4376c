"""Balances of margin trading since 2010 from Jin10 (金十数据), in 元: a second choice, and what fills the past."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.balances import balances
from bot.sources.base import Answer, SourceChangedError, SpanSource
from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT
from signals.core.snapshot import Dataset

_FUNCTIONS = {"SSE": "macro_china_market_margin_sh", "SZSE": "macro_china_market_margin_sz"}
_DAY = "日期"
_COLUMNS = {"融资余额": FINANCING, "融券余额": SHORT, "融资融券余额": MARGIN_TOTAL}


class Jin10Margin(SpanSource):
    """`macro_china_market_margin_sh` and `_sz`: one request answers with the exchange's whole history.

    Days are missing from it, of Shenzhen for months on end: such a day has no answer. akshare names the
    columns by their position; one row of the span whose figures do not add up has the whole span refused.
    """

    host: ClassVar[str] = "cdn.jin10.com"
    dataset: ClassVar[Dataset] = Dataset.MARGIN
    span_days: ClassVar[int] = 4000

    def __init__(self, akshare: Akshare, exchange: str) -> None:
        self._akshare = akshare
        self._function = _FUNCTIONS[exchange]
        self.scope = exchange
        self.name = f"jin10.margin.{exchange.lower()}"

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """One request, the same for every span."""
        return self._akshare.call(self._function)

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """The days of the span alone: the others are in every answer and say nothing against it."""
        require(raw, _DAY, *_COLUMNS)
        dated = raw[raw[_DAY].notna()]
        if dated.empty:
            raise SourceChangedError("day", "no row carries a date")
        told = dated[dated[_DAY].between(start, end)].dropna(subset=list(_COLUMNS), how="all").sort_values(_DAY)
        table = balances(self.scope, told, _COLUMNS, unit_cny=1.0)
        return [Answer(day=day, table=table.iloc[[at]]) for at, day in enumerate(told[_DAY])]

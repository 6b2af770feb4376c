"""Balance of margin trading from the Beijing Stock Exchange, in 元: the third part of the three-market series."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.balances import balances
from bot.sources.base import Answer, Source, SourceChangedError
from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT
from signals.core.snapshot import Dataset

WAN_CNY = 1e4
"""万元 in 元."""

_COLUMNS = {"融资余额": FINANCING, "融券余额": SHORT, "融资融券余额": MARGIN_TOTAL}


class BseMargin(Source):
    """`stock_margin_bse`: one row in 万元, its columns found by name.

    The exchange states the date after the row and akshare drops it. The day asked for is taken on trust:
    only a gate, which knows the balances of the session before, can tell that they came again.
    """

    name = "akshare.bse_margin"
    host = "www.bse.cn"
    dataset: ClassVar[Dataset] = Dataset.MARGIN
    scope = "BSE"

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; before publication the answer holds no row."""
        return self._akshare.call("stock_margin_bse", date=f"{day:%Y%m%d}")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """万元 become 元."""
        require(raw, *_COLUMNS)
        if len(raw) != 1:
            raise SourceChangedError("rows", f"{len(raw)} rows instead of one")
        return Answer(day=day, table=balances(self.scope, raw, _COLUMNS, unit_cny=WAN_CNY))

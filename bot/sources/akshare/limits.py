"""Stocks that closed at their price limits, from Eastmoney's two pools."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require, stock_names
from bot.sources.base import Answer, NotPublishedError, Source, SourceChangedError
from signals.core.field import LIMIT
from signals.core.snapshot import STOCK_NAME, Dataset

CHANGE_PERCENT = (2.0, 35.0)
"""Limits are 5, 10, 20 and 30 %, on prices rounded to 0.01元; a word or another figure is not between."""

_SIDE, _CODE, _NAME, _PRICE, _CHANGE = "side", "代码", "名称", "最新价", "涨跌幅"


class LimitPool(Source):
    """`stock_zt_pool_em` (+1) and `stock_zt_pool_dtgc_em` (−1), one request each, final after the close.

    For a day without a session Eastmoney answers with its latest session, and akshare drops the date that
    would tell. What protects is the calendar, by which only the current session is asked for, and a gate
    that refuses the pools of the session before. akshare names the columns by position: in another order
    the codes are no codes, or the changes are none that end at a limit. Whether Eastmoney leaves out ST
    stocks is not known: no absence from here says that a stock did not close at its limit.
    """

    name = "akshare.limits"
    host = "push2ex.eastmoney.com"
    dataset: ClassVar[Dataset] = Dataset.LIMITS
    past: ClassVar[bool] = False
    requests: ClassVar[int] = 2

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def fetch(self, day: date) -> pd.DataFrame:
        """Both pools in one table whose column `side` says which; a calm day has stocks on one side only."""
        asked = f"{day:%Y%m%d}"
        pools = [self._pool("stock_zt_pool_em", asked, 1), self._pool("stock_zt_pool_dtgc_em", asked, -1)]
        return pd.concat([one for one in pools if not one.empty] or pools, ignore_index=True)

    def _pool(self, function: str, asked: str, side: int) -> pd.DataFrame:
        try:
            return self._akshare.call(function, date=asked).assign(**{_SIDE: side})
        except NotPublishedError:
            return pd.DataFrame()

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Both pools empty means not published; only the side and the name of a stock are taken from them."""
        require(raw, _SIDE, _CODE, _PRICE, _CHANGE)
        price, change = (pd.to_numeric(raw[column], errors="coerce") for column in (_PRICE, _CHANGE))
        at_limit = (price > 0) & (change * raw[_SIDE]).between(*CHANGE_PERCENT)
        if not at_limit.all():
            odd = raw[~at_limit].iloc[0]
            raise SourceChangedError("limit", f"{odd[_CODE]} at {odd[_PRICE]} changed by {odd[_CHANGE]} %")
        codes = raw[_CODE].astype("str")
        if codes.duplicated().any():
            raise SourceChangedError("codes", f"{codes[codes.duplicated()].iloc[0]} stands in the pools twice")
        table = pd.DataFrame(
            {LIMIT.name: raw[_SIDE].astype("float64").to_list(), STOCK_NAME: stock_names(raw, _NAME)},
            index=codes.to_list(),
        )
        return Answer(day=day, table=table.sort_index())

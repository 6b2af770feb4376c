"""Constituents of indices with their weights, from the files of the two firms that compile them."""

import re
from datetime import date
from typing import Any, ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require, stock_names
from bot.sources.base import Answer, Source, SourceChangedError
from signals.core.field import WEIGHT
from signals.core.snapshot import STOCK_NAME, Dataset

WEIGHT_SUM = (0.98, 1.02)
"""Of all constituents; published weights are rounded, and a file of which a part is missing sums to less."""

_OF_CNI = re.compile(r"399[0-7]\d{2}|98\d{4}")
_MAINLAND_EXCHANGES = ("上海", "深圳", "北京")


def weights_source(akshare: Akshare, index: str) -> Source:
    """Who publishes an index's weights: 国证 compiles Shenzhen's own series and 98xxxx, 中证 nearly everything else.

    Shenzhen lists indices of 中证 too, as 3998xx and 3999xx.
    """
    return CniWeights(akshare, index) if _OF_CNI.fullmatch(index) else CsindexWeights(akshare, index)


class CsindexWeights(Source):
    """`index_stock_cons_weight_csindex`: the newest month-end's workbook of one index, out some days later.

    akshare names its columns by position: in another order they are not about this index, have no date, or
    do not sum to 1. It fills every code up to six digits, and so makes Hong Kong's 00700 Shenzhen's 000700:
    constituents that are listed abroad are left out, and what is left sums to less than 1.
    """

    host = "oss-ch.csindex.com.cn"
    dataset: ClassVar[Dataset] = Dataset.CONSTITUENTS
    settles: ClassVar[bool] = False
    exact: ClassVar[bool] = False

    def __init__(self, akshare: Akshare, index: str) -> None:
        self._akshare = akshare
        self.name = f"csindex.weights.{index}"
        self.scope = index

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; an index without a file there is refused as a changed address."""
        return self._akshare.call("index_stock_cons_weight_csindex", symbol=self.scope)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Per cent become fractions; the day is the file's own."""
        require(raw, "日期", "指数代码", "成分券代码", "交易所", "权重")
        if (told := set(raw["指数代码"])) != {self.scope}:
            raise SourceChangedError("index", f"asked for {self.scope}, answered with {', '.join(map(str, told))}")
        days = list(set(raw["日期"]))
        if len(days) != 1 or not isinstance(days[0], date):
            raise SourceChangedError("day", f"{len(days)} dates in one file, or none that can be read")
        weights = _fractions(raw["权重"])
        here = raw["交易所"].astype("str").str.startswith(_MAINLAND_EXCHANGES)
        if not here.any():
            raise SourceChangedError("codes", f"no constituent of {self.scope} is listed on the mainland")
        rows = raw[here]
        return _answer(rows["成分券代码"], weights[here], stock_names(rows, "成分券名称"), told=days[0], asked=day)


class CniWeights(Source):
    """`index_detail_cni`: the last month-ends of one index in one workbook, of which the newest counts.

    akshare drops the exchange and fills every code up to six digits. Codes of Hong Kong cannot be told from
    Shenzhen's one by one: an index with a code that no mainland stock has is refused as a whole by a gate.
    """

    host = "www.cnindex.com.cn"
    dataset: ClassVar[Dataset] = Dataset.CONSTITUENTS
    settles: ClassVar[bool] = False
    exact: ClassVar[bool] = False

    def __init__(self, akshare: Akshare, index: str) -> None:
        self._akshare = akshare
        self.name = f"cni.weights.{index}"
        self.scope = index

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; an index without a file there is refused as a changed address."""
        return self._akshare.call("index_detail_cni", symbol=self.scope)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Per cent become fractions; the day is the newest of the file."""
        require(raw, "日期", "样本代码", "权重")
        days = pd.to_datetime(raw["日期"].astype("str"), format="ISO8601", errors="coerce")
        if days.isna().any():
            raise SourceChangedError("day", "a row carries no date that can be read")
        newest = raw[days == days.max()]
        return _answer(
            newest["样本代码"],
            _fractions(newest["权重"]),
            stock_names(newest, "样本简称"),
            told=days.max().date(),
            asked=day,
        )


def _fractions(percents: "pd.Series[Any]") -> "pd.Series[float]":
    """Raises SourceChangedError unless they are the weights of a whole index."""
    weights = pd.to_numeric(percents, errors="coerce").astype("float64") / 100
    low, high = WEIGHT_SUM
    if not weights.between(0, 1).all() or not low <= weights.sum() <= high:
        raise SourceChangedError("weight_sum", f"{len(weights)} weights sum to {weights.sum():g} instead of 1")
    return weights


def _answer(
    codes: "pd.Series[Any]", weights: "pd.Series[float]", names: list[str], *, told: date, asked: date
) -> Answer:
    if told > asked:
        raise SourceChangedError("day", f"asked on {asked}, answered with weights of {told}")
    if codes.duplicated().any():
        raise SourceChangedError("codes", f"{codes[codes.duplicated()].iloc[0]} stands in the index twice")
    table = pd.DataFrame({WEIGHT.name: weights.to_list(), STOCK_NAME: names}, index=codes.to_list())
    return Answer(day=told, table=table.sort_index())

"""The profile table of an archive: vendors' words for a fund's class and index become ours."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from signals.core.profile import FundClass, exchange_of
from signals.core.snapshot import PROFILE_COLUMNS

_CLASSES: Mapping[str, FundClass] = {
    "aShareStockEtf": FundClass.EQUITY,
    "crossBorderStockEtf": FundClass.CROSS_BORDER,
    "bondEtf": FundClass.BOND,
    "commodityEtf": FundClass.COMMODITY,
    "moneyEtf": FundClass.MONEY,
    "otherEtf": FundClass.OTHER,
} | {str(one): one for one in FundClass}

_NO_INDEX = frozenset({"该基金无跟踪标的", "无", "-", "--"})


def profile_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The words that a `Dataset.PROFILE` snapshot holds, by code; the codes are of funds, each once.

    Columns used: code, name, index_code, index_name, listed, and fund_class or asset_scope.
    """
    words = frame.fillna("").astype("str").set_index("code").sort_index()
    words.index.name = None
    table = words.reindex(columns=list(PROFILE_COLUMNS), fill_value="")
    scopes = words.get("fund_class", words.get("asset_scope", pd.Series("", index=words.index)))
    table["fund_class"] = [str(_CLASSES.get(scope, "")) for scope in scopes]
    table["exchange"] = [exchange_of(code) for code in words.index]
    table["listed"] = [_day(word) for word in table["listed"]]
    for column in ("index_name", "index_code"):
        table[column] = ["" if word.strip() in _NO_INDEX else word.strip() for word in table[column]]
    return table


def _day(word: str) -> str:
    """A date as YYYY-MM-DD; empty for what is none."""
    try:
        return date.fromisoformat(word.strip().removesuffix(" 00:00:00")).isoformat()
    except ValueError:
        return ""

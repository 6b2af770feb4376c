"""The profile table of an archive: vendors' words for a fund's class and index become ours."""

from collections.abc import Mapping

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
    """The words that a `Dataset.PROFILE` snapshot holds, by code; rows without an ETF code are left out.

    Columns used: code, name, index_code, index_name, listed, and fund_class or asset_scope.
    """
    words = frame.fillna("").astype("str")
    words = words[[_fund(code) for code in words["code"]]].drop_duplicates("code").set_index("code").sort_index()
    words.index.name = None
    table = words.reindex(columns=list(PROFILE_COLUMNS), fill_value="")
    scopes = words.get("fund_class", words.get("asset_scope", pd.Series("", index=words.index)))
    table["fund_class"] = [str(_CLASSES.get(scope, "")) for scope in scopes]
    table["exchange"] = [exchange_of(code) for code in words.index]
    for column in ("index_name", "index_code"):
        table[column] = ["" if word.strip() in _NO_INDEX else word.strip() for word in table[column]]
    return table


def _fund(code: str) -> bool:
    try:
        exchange_of(code)
    except ValueError:
        return False
    return True

"""Profile tables: publishers' words for who a fund is become ours."""

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from bot.sources.answers import ETF_CODE, STRANGERS_MAX
from bot.sources.base import SourceChangedError
from signals.core.profile import FundClass, exchange_of
from signals.core.snapshot import PROFILE_COLUMNS

NAMED_LEAST = 0.5
"""Of a publisher's funds; with fewer names its columns are not what they were."""

TEXT_CHARACTERS_MAX = 60
"""Of the name of a fund or an index."""

_CLASSES: Mapping[str, FundClass] = {
    "aShareStockEtf": FundClass.EQUITY,
    "crossBorderStockEtf": FundClass.CROSS_BORDER,
    "bondEtf": FundClass.BOND,
    "commodityEtf": FundClass.COMMODITY,
    "moneyEtf": FundClass.MONEY,
    "otherEtf": FundClass.OTHER,
} | {str(one): one for one in FundClass}

_NO_INDEX = frozenset({"该基金无跟踪标的", "无", "-", "--"})

_INDEX_CODE = re.compile(r"([0-9]{6}|(?=[0-9]*[A-Z])[0-9A-Z]{2,10})(?:\.[A-Z]{2,4})?")
"""Six digits, or letters among whatever digits; behind a point the market."""

_SHENZHEN_TWIN = re.compile(r"399(300|852|90[3-9]|9[1-4][0-9]|95[0-2])")
"""The numbers under which Shenzhen lists indices of 中证 that are known as 000300 and so on everywhere else."""

_FIRMS = frozenset({"MSCI", "FTSE", "CSI", "SSE", "CNI"})
"""Words before the name of an index that look like its code."""


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


def live_profiles(raw: pd.DataFrame) -> pd.DataFrame:
    """The same of a publisher's list as it came, with our names of columns: any values, others mixed in.

    A code that comes again with the same words counts once, with other words not at all. Raises
    SourceChangedError where too many rows are not one ETF's, or too few have a name.
    """
    texts = {column: [_text(one) for one in raw[column]] for column in raw.columns}
    rows = pd.DataFrame(texts, dtype="str").drop_duplicates()
    good = rows["code"].str.fullmatch(ETF_CODE) & ~rows["code"].duplicated(keep=False)
    strangers = rows.loc[~good, "code"]
    if len(strangers) > STRANGERS_MAX * len(rows):
        example = strangers.iloc[0]
        raise SourceChangedError("codes", f"{len(strangers)} of {len(rows)} rows are not one ETF's, e.g. {example!r}")
    table = profile_table(rows[good])
    if (named := int((table["name"] != "").sum())) < NAMED_LEAST * len(table):
        raise SourceChangedError("columns", f"{named} of {len(table)} funds have a name")
    return table


def index_code(text: object) -> str:
    """The code of an index as the packaged map writes it: 931247 for 931247.CSI, 000300 for 399300.SZ.

    Empty for what is no code: it is better not known than another index's.
    """
    found = _INDEX_CODE.fullmatch(text.strip().upper()) if isinstance(text, str) else None
    if found is None or found[1] in _FIRMS:
        return ""
    return _SHENZHEN_TWIN.sub(r"000\1", found[1])


def _text(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    return " ".join(value.split())[:TEXT_CHARACTERS_MAX] if isinstance(value, str) else ""


def _day(word: str) -> str:
    """A date as YYYY-MM-DD; empty for what is none."""
    try:
        return date.fromisoformat(word.strip().removesuffix(" 00:00:00")).isoformat()
    except ValueError:
        return ""

"""What every source asks of an answer before it believes it."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from bot.sources.base import NotPublishedError, SourceChangedError
from signals.core.field import SHARES, Field

ETF_CODE = r"(?:5[1-9]|15)\d{4}"
"""50xxxx, 16xxxx and 18xxxx are LOF and REITs; the other first digits are stocks, bonds and indices."""

NAME_CHARACTERS_MAX = 16
"""Of the name of a stock; what is longer is something else."""

STRANGERS_MAX = 0.1
"""A vendor may mix in this share of rows that are not those of one ETF each; with more it sent another list."""


def require(raw: pd.DataFrame, *columns: str) -> None:
    """Raise NotPublishedError for an empty table and SourceChangedError for one that lacks a column."""
    if raw.empty:
        raise NotPublishedError("the answer holds no rows")
    missing = [column for column in columns if column not in raw.columns]
    if missing:
        raise SourceChangedError("columns", f"there is no column {', '.join(missing)}")


def listed(content: Any, key: str) -> pd.DataFrame:
    """The rows that stand as a list of objects under `key` of a JSON answer; empty for null.

    Raises SourceChangedError where there is no such list.
    """
    rows = content.get(key, "") if isinstance(content, dict) else ""
    if rows is None:
        return pd.DataFrame()
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        return pd.DataFrame(rows)
    raise SourceChangedError("columns", f"there is no list of rows under {key}")


def etfs_among(raw: pd.DataFrame, code: str) -> pd.DataFrame:
    """The rows of ETFs in a list of all kinds of securities; raises SourceChangedError where there is none."""
    funds = raw[raw[code].astype("str").str.strip().str.fullmatch(ETF_CODE)]
    if funds.empty:
        raise SourceChangedError("codes", f"none of {len(raw)} rows is an ETF's")
    return funds


def majority_day(days: "pd.Series[Any]", asked: date) -> date:
    """The date on most rows, in favour of the one asked for where it is a draw.

    Raises SourceChangedError when no row carries a date.
    """
    counts: Counter[date] = Counter(day for day in days.dropna() if isinstance(day, date))
    if not counts:
        raise SourceChangedError("day", "no row carries a date")
    return max(counts, key=lambda day: (counts[day], day == asked))


def fund_table(raw: pd.DataFrame, code: str, columns: Mapping[str, Field]) -> pd.DataFrame:
    """The figures of the named columns by ETF code, ascending; what is not a number is NaN.

    A code that comes again with the same figures counts once, with other figures not at all. Raises
    SourceChangedError when more than `STRANGERS_MAX` of the rows had to be left out.
    """
    figures = {
        one.name: pd.to_numeric(raw[column], errors="coerce").astype("float64") for column, one in columns.items()
    }
    codes = raw[code].astype("str").str.strip()
    rows = pd.DataFrame({"code": codes, **figures}).drop_duplicates()
    good = rows["code"].str.fullmatch(ETF_CODE) & ~rows["code"].duplicated(keep=False)
    strangers = rows.loc[~good, "code"]
    if len(strangers) > STRANGERS_MAX * len(rows):
        example = strangers.iloc[0]
        raise SourceChangedError(
            "codes", f"{len(strangers)} of {len(rows)} rows are not one ETF's, e.g. {example!a:.30}"
        )
    table = rows[good].set_index("code").sort_index()
    table.index.name = None
    return table


def above_zero(table: pd.DataFrame, *fields: Field) -> pd.DataFrame:
    """The same table; in these fields 0 and less is a vendor's word for "not known"."""
    names = [one.name for one in fields]
    return table.assign(**{name: table[name].where(table[name] > 0) for name in names})


def stock_names(raw: pd.DataFrame, column: str) -> list[str]:
    """The names of stocks in a column, without the blanks and wide letters of some publishers.

    A name is no figure: where the column is missing or holds something else, names are empty and the rest of
    the answer is as good as ever.
    """
    if column not in raw.columns:
        return [""] * len(raw)
    told = ("" if pd.isna(word) else str(word) for word in raw[column])
    words = ("".join(unicodedata.normalize("NFKC", word).split()) for word in told)
    return [word if _is_name(word) else "" for word in words]


def _is_name(word: str) -> bool:
    return len(word) <= NAME_CHARACTERS_MAX and word.isprintable() and any(map(str.isalpha, word))


def whole_shares(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with counts of whole 份.

    A publisher that counts in 万份 leaves fractions of a share behind, which differ from session to session
    and would be told as an inflow of nothing.
    """
    return table.assign(**{SHARES.name: table[SHARES.name].round()})

"""Lists of corporate actions: rows about all kinds of funds become one answer for each day that has facts."""

from datetime import date

import pandas as pd

from bot.sources.answers import ETF_CODE, STRANGERS_MAX
from bot.sources.base import Answer, SourceChangedError
from signals.core.field import Field

UNTOLD_MAX = 0.5
"""Of the dates or figures of a list; with more that cannot be read its columns are not what they were."""


def read_facts(raw: pd.DataFrame, code: str, day: str, figure: str) -> pd.DataFrame:
    """The named columns as `code`, `day` and `figure` (NaN for what is not a number).

    Raises SourceChangedError where too many of them are no fund's code, no date or no number: akshare names
    the columns of such lists by their position.
    """
    codes = raw[code].astype("str").str.strip()
    strangers = codes[~codes.str.fullmatch(r"\d{6}")].to_list()
    if len(strangers) > STRANGERS_MAX * len(raw):
        example = strangers[0][:20]
        raise SourceChangedError("codes", f"{len(strangers)} of {len(raw)} rows are no fund's, e.g. {example!r}")
    days = pd.Series([one if isinstance(one, date) else None for one in raw[day]], index=raw.index, dtype="object")
    figures = pd.to_numeric(raw[figure], errors="coerce").astype("float64")
    if days.isna().mean() > UNTOLD_MAX:
        raise SourceChangedError("day", f"{days.isna().sum()} of {len(raw)} rows have no date in {day}")
    if figures.isna().mean() > UNTOLD_MAX:
        raise SourceChangedError("columns", f"{figures.isna().sum()} of {len(raw)} rows have no number in {figure}")
    return pd.DataFrame({"code": codes, "day": days, "figure": figures})


def answers_by_day(facts: pd.DataFrame, one: Field) -> list[Answer]:
    """Of what `read_facts` has read, the facts of ETFs: an answer for each day, ascending.

    A fact that stands there twice counts once; a fund with two figures on one day is left out of that day.
    """
    told = facts.dropna()
    rows = told[told["code"].str.fullmatch(ETF_CODE)].drop_duplicates()
    clear = rows[~rows.duplicated(["code", "day"], keep=False)]
    return [Answer(day=day, table=_table(clear[clear["day"] == day], one)) for day in sorted(set(clear["day"]))]


def _table(rows: pd.DataFrame, one: Field) -> pd.DataFrame:
    return pd.DataFrame({one.name: rows["figure"].to_list()}, index=rows["code"].to_list()).sort_index()

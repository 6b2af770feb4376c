"""Lists of corporate actions: rows about all kinds of funds become one answer for each day that has facts."""

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

from bot.sources.answers import ETF_CODE, STRANGERS_MAX
from bot.sources.base import Answer, SourceChangedError
from signals.core.field import DIVIDEND, SPLIT, Field

UNTOLD_MAX = 0.5
"""Of the dates or figures of a list; with more that cannot be read its columns are not what they were."""

RATIO = (0.001, 1000.0)
"""New shares per old; bond ETFs are folded by 0.01 soon after they are listed."""

MOST_CNY = 20.0
"""Per share; the largest dividends are those of bond and money ETFs, whose price is about 100元."""

IN_ORDER_LEAST = 0.9
"""Of the rows; a record date is not after the ex-date, nor that after the payment."""

YOUNG = timedelta(days=90)
"""So far into a year nobody may have split; some eight funds a month do."""

DIVIDEND_KINDS = ("指数型-其他", "指数型-海外股票", "指数型-固收", "指数型-股票")
"""Eastmoney's types of the funds among which ETFs are; money funds, whose price nobody reads, are not asked for.

The last is by far the largest: some fund of it has paid by the middle of January.
"""


def splits_in(raw: pd.DataFrame, code: str, day: str, ratio: str) -> list[Answer]:
    """The ratios of ETFs by day; a ratio of 1 or outside `RATIO` is left out. Raises as `read_facts` does."""
    facts = read_facts(raw, code, day, ratio)
    return answers_by_day(facts[facts["figure"].between(*RATIO) & (facts["figure"] != 1)], SPLIT)


def dividends_in(raw: pd.DataFrame, code: str, days: tuple[str, str, str], cash: str) -> list[Answer]:
    """元 per share of ETFs by ex-date; 0 and what is above `MOST_CNY` is left out.

    `days` are the columns of the record date, the ex-date and the payment, which must be in that order. Raises
    as `read_facts` does.
    """
    _require_order(raw, days)
    facts = read_facts(raw, code, days[1], cash)
    return answers_by_day(facts[(facts["figure"] > 0) & (facts["figure"] <= MOST_CNY)], DIVIDEND)


def read_facts(raw: pd.DataFrame, code: str, day: str, figure: str) -> pd.DataFrame:
    """The named columns as `code`, `day` and `figure` (NaN for what is not a number).

    Raises SourceChangedError where too many of them are no fund's code, no date or no number: the columns of
    such lists are named by their position.
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


def _require_order(raw: pd.DataFrame, days: tuple[str, str, str]) -> None:
    """Tell dates that have changed places."""
    dates = raw[list(days)].apply(pd.to_datetime, errors="coerce")
    for before, after in pairwise(days):
        both = dates[[before, after]].dropna()
        if (both[before] > both[after]).mean() > 1 - IN_ORDER_LEAST:
            raise SourceChangedError("day", f"{before} is after {after} in too many rows")

"""What lists of net asset values have in common: every fund with its latest value and that value's own date."""

from datetime import date

import pandas as pd

from bot.sources.answers import above_zero, fund_table, majority_day
from bot.sources.base import Answer, NotPublishedError, SourceChangedError
from signals.core.field import NAV

LEAST_OUT = 0.75
"""One fund in six invests abroad and is a day or two late; with fewer values than this the evening is young."""


def values_of_day(raw: pd.DataFrame, asked: date, *, code: str, told: str, value: str) -> Answer:
    """The values, in 元/份, that are dated the day asked for.

    A fund that is late keeps its row without a figure, so that the length of the table does not depend on
    the hour. `code`, `told` and `value` are the columns with the fund, the date of its value and the value.
    Raises NotPublishedError while too few values are out, and SourceChangedError when most are of a later day.
    """
    newest = majority_day(raw[told], asked)
    if newest > asked:
        raise SourceChangedError("day", f"asked for {asked}, answered with {newest}")
    of_the_day = raw.assign(**{value: pd.to_numeric(raw[value], errors="coerce").where(raw[told] == asked)})
    table = above_zero(fund_table(of_the_day, code, {value: NAV}), NAV)
    out = int(table[NAV.name].notna().sum())
    if out < LEAST_OUT * len(table):
        raise NotPublishedError(f"{out} of {len(table)} net asset values of {asked} are out")
    return Answer(day=asked, table=table)

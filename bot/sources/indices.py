"""What the sources of index levels share: whom they ask about, in whose letters, and how quotes become a table."""

import re
from datetime import date, time

import pandas as pd

from bot.sources.answers import majority_day
from bot.sources.base import Answer, SourceChangedError, UnavailableError
from signals.core.field import INDEX_CLOSE
from signals.core.prices import INDICES

SYMBOLS = tuple(("sz" if code.startswith("399") else "sh") + code for code in INDICES)
"""The indices that are shown, as quote servers call them: by the exchange that publishes each."""

ENCODING = "gb18030"
"""In which quote servers write."""

CLOSING = time(15, 0)

_STATEMENT = re.compile(r'\b(?:v|hq_str)_(\w+)="([^"]*)"')


def quotes_in(script: str, place: str) -> pd.DataFrame:
    """The `text` that a script gives to the variable of each `symbol`.

    Raises UnavailableError for anything that is no such script, with the place that it came from.
    """
    statements = _STATEMENT.findall(script)
    if not statements:
        raise UnavailableError(f"{place}: no quotes came but {script[:40]!r}")
    return pd.DataFrame(statements, columns=["symbol", "text"], dtype="str")


def index_answer(
    symbols: "pd.Series[str]", levels: "pd.Series[str]", moments: "pd.Series[str]", form: str, asked: date
) -> Answer:
    """Levels by 6-digit code, of the day that most of them carry; those of another day are left out.

    `form` is that of `moments`, in the time of the exchanges. A level from before the close makes the answer
    provisional. Raises SourceChangedError where no index has both a level and a moment.
    """
    when = pd.to_datetime(moments, format=form, errors="coerce")
    points = pd.to_numeric(levels, errors="coerce").astype("float64")
    known = symbols.isin(SYMBOLS) & ~symbols.duplicated() & (points > 0) & when.notna()
    if not known.any():
        raise SourceChangedError("columns", "no index has a level and a time")
    day = majority_day(when[known].dt.date, asked)
    told = known & (when.dt.date == day)
    table = pd.DataFrame({INDEX_CLOSE.name: points[told].to_numpy()}, index=symbols[told].str[2:].to_list())
    return Answer(day=day, table=table.sort_index(), provisional=bool((when[told].dt.time < CLOSING).any()))

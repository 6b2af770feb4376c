"""Which index a fund tracks, from when on: what its peers are found by where a source does not say it."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

import pandas as pd

from config.documents import read_text
from config.problems import ConfigError, Problem, shown
from signals.core.profile import exchange_of

COLUMNS = ("code", "index_code", "index_name", "since")

_PACKAGED = Path(__file__).with_name("index_map.csv")
_INDEX_CODE = re.compile(r"[0-9A-Z]{2,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """A fund tracks an index from `since` on; the first packaged session stands for "since it was listed"."""

    code: str
    index_code: str
    index_name: str
    since: date


def load_index_map(path: Path = _PACKAGED) -> tuple[Tracking, ...]:
    """The rows of a CSV file with the columns `COLUMNS`, in the order of their days.

    Raises ConfigError with every row that is wrong: a code that is no ETF's, a day that is none, a fund twice
    from the same day, an index with two names or a name with two indices.
    """
    try:
        rows = list(csv.reader(StringIO(read_text(path, path.name))))
    except csv.Error as error:
        raise ConfigError([Problem(path.name, "", f"this is not CSV: {error}")]) from None
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ConfigError([Problem(path.name, "", f"the first line must be {','.join(COLUMNS)}")])
    found = [(f"{path.name} line {line}", row) for line, row in enumerate(rows[1:], start=2) if row]
    problems = [Problem(where, "", reason) for where, row in found if (reason := _wrong(row))]
    if not problems:
        problems = [Problem(path.name, "", reason) for reason in _contradictions([row for _, row in found])]
    if problems:
        raise ConfigError(problems)
    tracked = [
        Tracking(code=code, index_code=index, index_name=name, since=date.fromisoformat(since))
        for _, (code, index, name, since) in found
    ]
    return tuple(sorted(tracked, key=lambda one: one.since))


def profile_tables(rows: Iterable[Tracking]) -> dict[date, pd.DataFrame]:
    """Tables of `Dataset.PROFILE` with index_code and index_name alone, by the day from which they are true."""
    by_day: dict[date, dict[str, tuple[str, str]]] = {}
    for one in rows:
        by_day.setdefault(one.since, {})[one.code] = (one.index_code, one.index_name)
    return {
        day: pd.DataFrame.from_dict(by_day[day], orient="index", columns=["index_code", "index_name"], dtype="str")
        for day in sorted(by_day)
    }


def _wrong(row: Sequence[str]) -> str:
    """Why a row cannot be used; empty when it can."""
    if len(row) != len(COLUMNS):
        return f"it has {len(row)} columns instead of {len(COLUMNS)}"
    code, index_code, index_name, since = row
    try:
        exchange_of(code)
    except ValueError:
        return f"{shown(code)} is not the code of an ETF"
    if not _INDEX_CODE.fullmatch(index_code):
        return f"{shown(index_code)} is not the code of an index"
    if not index_name or index_name != index_name.strip():
        return f"the index has no name, or one with spaces around it: {shown(index_name)}"
    try:
        date.fromisoformat(since if len(since) == len("2005-01-04") else "")
    except ValueError:
        return f"{shown(since)} is not a date such as 2024-12-16"
    return ""


def _contradictions(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for (code, since), times in Counter((row[0], row[3]) for row in rows).items():
        if times > 1:
            yield f"{code} has {times} rows from {since} on"
    named = {(row[1], row[2]) for row in rows}
    for index_code, times in Counter(code for code, _ in named).items():
        if times > 1:
            yield f"the index {index_code} has more than one name"
    for index_name, times in Counter(name for _, name in named).items():
        if times > 1:
            yield f"the name {index_name} stands for more than one index"

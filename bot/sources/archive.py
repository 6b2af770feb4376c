"""A folder of tidy tables: how past markets come in, and how a user brings his own data.

One file per table, CSV (also gzipped) or Parquet, UTF-8, a header row, `code` as 6-digit text, `date` as
YYYY-MM-DD, money in 元, shares and volume in 份, an empty cell for what is not known. A row that cannot
be read is left out and named; it never takes the rest of its table with it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from bot.sources.archive_files import ArchiveError, LeftOut, load
from bot.sources.base import published_at
from bot.sources.profiles import profile_table
from signals.core.calendar import TradingCalendar
from signals.core.field import FUND_FINANCING, FUND_SHORT_SHARES, INDEX_CLOSE
from signals.core.profile import exchange_of
from signals.core.snapshot import ESTIMATED, Dataset, Snapshot

_NO_FUND = "not the code of an exchange-traded fund"
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00:00)?")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a file's columns become a dataset's."""

    dataset: Dataset
    subject: str = "code"
    day: str = "date"
    rename: Mapping[str, str] = field(default_factory=dict)
    scoped: bool = False
    """Each exchange publishes its own table."""
    hand: str = ""
    """Tells two tables of one dataset in a folder apart: each is a source of its own."""


LAYOUTS: Mapping[str, Layout] = {
    "etf_profile": Layout(dataset=Dataset.PROFILE),
    "splits": Layout(dataset=Dataset.SPLITS, day="split_date"),
    "dividends": Layout(dataset=Dataset.DIVIDENDS, day="ex_date"),
    "index_daily": Layout(dataset=Dataset.INDEX, rename={"close": INDEX_CLOSE.name}),
    "margin": Layout(dataset=Dataset.MARGIN, subject="exchange"),
    "margin_detail": Layout(
        dataset=Dataset.MARGIN_DETAIL,
        rename={"financing": FUND_FINANCING.name, "short_shares": FUND_SHORT_SHARES.name},
        scoped=True,
    ),
    "etf_daily": Layout(dataset=Dataset.DAILY),
    "etf_daily_raw": Layout(dataset=Dataset.DAILY, hand="raw"),
    "etf_nav": Layout(dataset=Dataset.NAV),
    "etf_shares": Layout(dataset=Dataset.SHARES, scoped=True),
}
"""Known tables by the name of their file, in the order in which they are read: who the funds are first."""


@dataclass(frozen=True, kw_only=True)
class ArchiveTable:
    """One file of an archive, read."""

    name: str
    rows: int
    left_out: tuple[LeftOut, ...]
    snapshots: tuple[Snapshot, ...]


@dataclass(frozen=True, kw_only=True)
class ArchiveReader:
    """Reads files into snapshots: one per session, and per exchange where each publishes its own."""

    source: str
    calendar: TradingCalendar
    now: datetime

    def read(self, name: str, path: Path) -> ArchiveTable:
        """Read the table `name` from its file.

        Raises ArchiveError when a column that the table cannot do without is missing.
        """
        layout, (frame, long) = LAYOUTS[name], load(path)
        rows = len(frame) + sum(one.rows for one in long)
        whole = layout.dataset is Dataset.PROFILE
        for column in (layout.subject,) if whole else (layout.subject, layout.day):
            if column not in frame.columns:
                raise ArchiveError(
                    f"{path.name} has no column {column!r} (it has {', '.join(map(str, frame.columns))})"
                )
        sieve = _Sieve(frame if whole else _named(layout, frame), long)
        if whole:
            sieve.clean_profile()
            snapshots: tuple[Snapshot, ...] = (
                self._snapshot(layout, "all", self.calendar.first, profile_table(sieve.frame)),
            )
        else:
            sieve.clean(layout)
            snapshots = tuple(self._by_day(layout, sieve.frame, path.name))
        return ArchiveTable(name=name, rows=rows, left_out=tuple(sieve.left_out), snapshots=snapshots)

    def _by_day(self, layout: Layout, frame: pd.DataFrame, file: str) -> Iterator[Snapshot]:
        fields = [one.name for one in layout.dataset.fields if one.name in frame.columns]
        if not fields:
            wanted = ", ".join(one.name for one in layout.dataset.fields)
            raise ArchiveError(f"{file} has none of the columns {wanted}")
        if "quality" in frame.columns:
            frame[ESTIMATED] = (frame["quality"] == "estimated").to_numpy()
            fields.append(ESTIMATED)
        frame["scope"] = frame["subject"].map(exchange_of) if layout.scoped else "all"
        groups = frame.sort_values("subject").groupby(["day", "scope"])
        for (day, scope), rows in cast("Iterable[tuple[tuple[date, str], pd.DataFrame]]", groups):
            yield self._snapshot(layout, scope, day, rows.set_index("subject")[fields])

    def _snapshot(self, layout: Layout, scope: str, day: date, table: pd.DataFrame) -> Snapshot:
        table.index.name = None
        return Snapshot(
            dataset=layout.dataset,
            source="/".join(filter(None, (self.source, layout.hand))),
            scope=scope,
            day=day,
            fetched_at=self.now,
            known_at=published_at(layout.dataset, day, self.calendar),
            table=table,
        )


def _named(layout: Layout, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that a dataset uses, under our names; whatever else a file holds is its own affair."""
    ours = {layout.subject: "subject", layout.day: "day", **layout.rename}
    wanted = {*ours, *(one.name for one in layout.dataset.fields), "complete", "quality"}.difference(
        new for old, new in layout.rename.items() if old in frame.columns
    )
    return frame[[column for column in frame.columns if column in wanted]].rename(columns=ours)


class _Sieve:
    """Takes rows out of a frame for one reason after the other and remembers why."""

    def __init__(self, frame: pd.DataFrame, left_out: Iterable[LeftOut]) -> None:
        self.frame = frame
        self.left_out = list(left_out)

    def clean_profile(self) -> None:
        """Leave the funds, each once."""
        self.drop(_NO_FUND, ~self.frame["code"].map(_is_fund).astype(bool), ["code"])
        self.drop("the same fund again", self.frame.duplicated("code"), ["code"])

    def clean(self, layout: Layout) -> None:
        """Leave rows with a valid subject and day, each once, and numbers in the dataset's columns."""
        self.drop("incomplete by its own word", _incomplete(self.frame))
        if layout.subject == "code" and layout.dataset is not Dataset.INDEX:
            self.drop(_NO_FUND, ~self.frame["subject"].map(_is_fund).astype(bool))
        words = self.frame["day"].astype("str").str.extract(_DAY, expand=False)
        whole = self.frame["day"].astype("str").str.fullmatch(_DAY)
        days = pd.to_datetime(words.where(whole), format="%Y-%m-%d", errors="coerce")
        self.drop("not a date", days.isna())
        self.frame["day"] = days[days.notna()].dt.date
        for column in [one.name for one in layout.dataset.fields if one.name in self.frame.columns]:
            numbers = pd.to_numeric(self.frame[column], errors="coerce")
            told = self.frame[column].notna() & (self.frame[column] != "")
            self.drop(f"{column} is not a number", ~np.isfinite(numbers) & told)
            self.frame[column] = numbers[self.frame.index].astype(np.float64)
        self.drop("the same row again", self.frame.duplicated())
        self.drop("two different rows on one day", self.frame.duplicated(["subject", "day"], keep=False))

    def drop(self, reason: str, bad: pd.Series, told_by: Sequence[str] = ("subject", "day")) -> None:
        """Leave the marked rows out; columns that tell which one the first is go into the example."""
        if bad.any():
            example = " ".join(str(word) for word in self.frame.loc[bad, list(told_by)].iloc[0])
            self.left_out.append(LeftOut(reason=reason, rows=int(bad.sum()), example=example))
            self.frame = self.frame[~bad].copy()


def _incomplete(frame: pd.DataFrame) -> pd.Series:
    if "complete" not in frame.columns:
        return pd.Series(data=False, index=frame.index)
    return frame["complete"] != "yes"


def _is_fund(code: object) -> bool:
    try:
        exchange_of(str(code))
    except ValueError:
        return False
    return True

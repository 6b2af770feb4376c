"""A folder of tidy tables: how past markets come in, and how a user brings his own data.

One file per table, CSV (also gzipped) or Parquet, UTF-8, a header row, `code` as 6-digit text, `date` as
YYYY-MM-DD, money in 元, shares and volume in 份, an empty cell for what is not known. A row that cannot
be read is left out and named; it never takes the rest of its table with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from bot.sources.archive_profile import profile_table
from bot.sources.base import published_at
from signals.core.calendar import TradingCalendar
from signals.core.field import INDEX_CLOSE
from signals.core.profile import exchange_of
from signals.core.snapshot import ESTIMATED, Dataset, Snapshot

SUFFIXES = (".csv", ".csv.gz", ".parquet")


class ArchiveError(Exception):
    """The folder or one of its files cannot be used at all; names the file and the word at fault."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a file's columns become a dataset's."""

    dataset: Dataset
    subject: str = "code"
    day: str = "date"
    rename: Mapping[str, str] = field(default_factory=dict)
    scoped: bool = False
    """Each exchange publishes its own table."""


LAYOUTS: Mapping[str, Layout] = {
    "etf_profile": Layout(dataset=Dataset.PROFILE),
    "splits": Layout(dataset=Dataset.SPLITS, day="split_date"),
    "dividends": Layout(dataset=Dataset.DIVIDENDS, day="ex_date"),
    "index_daily": Layout(dataset=Dataset.INDEX, rename={"close": INDEX_CLOSE.name}),
    "margin": Layout(dataset=Dataset.MARGIN, subject="exchange"),
    "etf_daily": Layout(dataset=Dataset.DAILY),
    "etf_daily_raw": Layout(dataset=Dataset.DAILY),
    "etf_nav": Layout(dataset=Dataset.NAV),
    "etf_shares": Layout(dataset=Dataset.SHARES, scoped=True),
}
"""Known tables by the name of their file, in the order in which they are read: who the funds are first."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Rows of a file that were not used, for one reason."""

    reason: str
    rows: int
    example: str


@dataclass(frozen=True, kw_only=True)
class ArchiveTable:
    """One file of an archive, read."""

    name: str
    rows: int
    left_out: tuple[LeftOut, ...]
    snapshots: tuple[Snapshot, ...]


def archive_files(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The tables of a folder by name, in reading order, and the files that are none.

    Raises ArchiveError when the folder is missing or holds no table.
    """
    if not folder.is_dir():
        raise ArchiveError(f"{folder} is not a folder")
    names = {path: _stem(path) for path in sorted(folder.iterdir()) if path.is_file()}
    known = {name: path for path, name in names.items() if name in LAYOUTS}
    if not known:
        raise ArchiveError(f"{folder} holds none of the tables {', '.join(LAYOUTS)} ({', '.join(SUFFIXES)})")
    unused = [path.name for path, name in names.items() if name not in LAYOUTS]
    return {name: known[name] for name in LAYOUTS if name in known}, unused


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
        layout, frame = LAYOUTS[name], _load(path)
        rows = len(frame)
        needed = (layout.subject,) if layout.dataset is Dataset.PROFILE else (layout.subject, layout.day)
        for column in needed:
            if column not in frame.columns:
                raise ArchiveError(
                    f"{path.name} has no column {column!r} (it has {', '.join(map(str, frame.columns))})"
                )
        if layout.dataset is Dataset.PROFILE:
            whole = self._snapshot(layout, "all", self.calendar.first, profile_table(frame))
            return ArchiveTable(name=name, rows=rows, left_out=(), snapshots=(whole,))
        sieve = _Sieve(frame.rename(columns={layout.subject: "subject", layout.day: "day", **layout.rename}))
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
            source=self.source,
            scope=scope,
            day=day,
            fetched_at=self.now,
            known_at=published_at(layout.dataset, day, self.calendar),
            table=table,
        )


class _Sieve:
    """Takes rows out of a frame for one reason after the other and remembers why."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.left_out: list[LeftOut] = []

    def clean(self, layout: Layout) -> None:
        """Leave rows with a valid subject and day, each once, and numbers in the dataset's columns."""
        self.drop("incomplete by its own word", _incomplete(self.frame))
        if layout.subject == "code" and layout.dataset is not Dataset.INDEX:
            self.drop("not the code of an exchange-traded fund", ~self.frame["subject"].map(_is_fund).astype(bool))
        days = pd.to_datetime(self.frame["day"], format="ISO8601", errors="coerce")
        self.drop("not a date", days.isna())
        self.frame["day"] = pd.to_datetime(self.frame["day"], format="ISO8601").dt.date
        for column in [one.name for one in layout.dataset.fields if one.name in self.frame.columns]:
            numbers = pd.to_numeric(self.frame[column], errors="coerce")
            self.drop(
                f"{column} is not a number", numbers.isna() & self.frame[column].notna() & (self.frame[column] != "")
            )
            self.frame[column] = pd.to_numeric(self.frame[column], errors="coerce").astype(np.float64)
        self.drop("the same row again", self.frame.duplicated())
        self.drop("two different rows on one day", self.frame.duplicated(["subject", "day"], keep=False))

    def drop(self, reason: str, bad: pd.Series) -> None:
        """Leave the marked rows out."""
        if bad.any():
            first = self.frame[bad].iloc[0]
            example = f"{first['subject']} {first['day']}"
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


def _stem(path: Path) -> str:
    return next((path.name.removesuffix(suffix) for suffix in SUFFIXES if path.name.endswith(suffix)), "")


_READERS: Mapping[str, Callable[[Path], pd.DataFrame]] = {
    "parquet": pd.read_parquet,
    "csv": lambda path: pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8"),
}


def _load(path: Path) -> pd.DataFrame:
    try:
        return _READERS["parquet" if path.suffix == ".parquet" else "csv"](path)
    except (OSError, ValueError, UnicodeError, ImportError) as error:
        raise ArchiveError(f"{path.name} cannot be read: {error}") from None

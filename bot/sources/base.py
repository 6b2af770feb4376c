"""What a source promises, and the three ways in which it may fail to keep it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

import pandas as pd

from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.snapshot import Dataset, Snapshot


class SourceError(Exception):
    """A source has no table for the day; the text is one line for the operator and holds no secret."""


class NotPublishedError(SourceError):
    """The publisher has not published it yet: ask again later."""


class UnavailableError(SourceError):
    """The publisher could not be reached or answered with an error: go on without it."""


class SourceChangedError(SourceError):
    """An answer came but cannot be trusted: nothing of it is used and the operator is told.

    `gate` names what refused it, e.g. ``row_count``.
    """

    def __init__(self, gate: str, detail: str) -> None:
        super().__init__(f"{gate}: {detail}")
        self.gate = gate
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a source understood of an answer, in our names and units."""

    day: date
    """The session the answer says it is about, read from the answer itself where it carries a date."""
    table: pd.DataFrame
    """As in `Snapshot.table`."""
    provisional: bool = False


class Source(ABC):
    """One table of one publisher. Blocking; called from a worker thread, one day at a time.

    A new source is one file: a subclass with the class variables, `fetch` (network only, no
    understanding) and `parse` (pure: no network, no clock).
    """

    name: ClassVar[str]
    """Unique; printed beside every figure, e.g. ``akshare.sse``."""
    dataset: ClassVar[Dataset]
    scope: ClassVar[str] = "all"
    settles: ClassVar[bool] = True
    """Its final table of a session is its last word; others are asked again as long as the timetable does."""
    past: ClassVar[bool] = True
    """It can be asked for a session that is over; a list of present prices can not."""

    @abstractmethod
    def fetch(self, day: date) -> pd.DataFrame:
        """Ask the publisher for a session's table, as it answers.

        Raises NotPublishedError, UnavailableError or SourceChangedError, and nothing else.
        """

    @abstractmethod
    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Translate an answer into our names and units (份, 元, fractions).

        Raises NotPublishedError for an empty answer and SourceChangedError for one that cannot be read.
        """

    def read(self, day: date, now: datetime) -> Snapshot:
        """Fetch and parse one session's table."""
        answer = self.parse(self.fetch(day), day)
        return Snapshot(
            dataset=self.dataset,
            source=self.name,
            scope=self.scope,
            day=answer.day,
            fetched_at=now,
            known_at=now,
            provisional=answer.provisional,
            table=answer.table,
        )


_PUBLISHED = {
    Dataset.PROFILE: (0, time(8, 0)),
    Dataset.SPLITS: (0, time(8, 0)),
    Dataset.DIVIDENDS: (0, time(8, 0)),
    Dataset.INDEX: (0, time(15, 35)),
    Dataset.DAILY: (0, time(16, 15)),
    Dataset.NAV: (0, time(21, 0)),
    Dataset.SHARES: (0, time(21, 30)),
    Dataset.MARGIN: (1, time(8, 55)),
}
"""Sessions after the day, and the time, when a table is out as a rule (3 of the domain rules)."""


def published_at(dataset: Dataset, day: date, calendar: TradingCalendar) -> datetime:
    """When a session's table is public as a rule: the `known_at` of tables that carry no time of their own.

    Outside the calendar, where the next session is unknown, a table counts as public on the next day.
    """
    later, at = _PUBLISHED[dataset]
    if later and calendar.first <= day < calendar.last:
        day = calendar.after(day)
    elif later:
        day += timedelta(days=later)
    return datetime.combine(day, at, MARKET_ZONE)

"""What a source promises, and the ways in which it may fail to keep it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

import pandas as pd

from bot.blotting import hide
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.snapshot import Dataset, Snapshot

LIMITED_STATUSES = frozenset({403, 418, 429, 456})
"""By which publishers here refuse somebody who asks too often; 456 is Sina's."""


class SourceError(Exception):
    """A source has no table for the day; the text is one line for the operator and holds no secret."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(hide(detail))


class NotPublishedError(SourceError):
    """The publisher has not published it yet: ask again, but not before `again` where that is known."""

    def __init__(self, detail: str, again: datetime | None = None) -> None:
        super().__init__(detail)
        self.again = again


class UnavailableError(SourceError):
    """The publisher could not be reached or answered with an error: go on without it."""


class LimitedError(UnavailableError):
    """The publisher refuses us, by a ban or for too many requests: leave its host alone for a while.

    `retry_after` is how long, where the publisher says so.
    """

    def __init__(self, detail: str, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class SourceChangedError(SourceError):
    """An answer came but cannot be trusted: nothing of it is used and the operator is told.

    `gate` names what refused it, e.g. ``row_count``.
    """

    def __init__(self, gate: str, detail: str) -> None:
        super().__init__(f"{gate}: {detail}")
        self.gate = gate
        self.detail = hide(detail)


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

    name: str
    """Unique; printed beside every figure, e.g. ``akshare.sse``."""
    dataset: ClassVar[Dataset]
    scope: str = "all"
    host: ClassVar[str]
    """Whom it asks; pace, circuit breaker and count of requests are shared by all sources of a host."""
    requests: ClassVar[int] = 1
    """How many requests a reading takes as a rule: for plans, the true count is taken as they are made."""
    settles: ClassVar[bool] = True
    """Its final table of a session is its last word; others are asked again as long as the timetable does."""
    past: ClassVar[bool] = True
    """It can be asked for a session that is over; a list of present prices can not."""
    exact: ClassVar[bool] = True
    """Its answer must be about the day asked for; others answer with their newest list, or with several days."""

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
        return self._snapshot(self.parse(self.fetch(day), day), now, now)

    def revised_from(self, day: date) -> datetime | None:
        """From when on a provisional table of a session is replaced; None = at no known time, ask again."""
        return None

    def readings(self, day: date, now: datetime) -> list[Snapshot]:
        """What a live poll takes from it: the session's table, or for a list of facts all that it holds."""
        return [self.read(day, now)]

    def history(self, start: date, end: date, now: datetime, calendar: TradingCalendar) -> list[Snapshot]:
        """Past sessions' tables of one request, `known_at` when such tables are out as a rule.

        Covers the one day `start` unless the source is a `SpanSource`.
        """
        return [self._of_the_past(self.parse(self.fetch(start), start), now, calendar)]

    def _of_the_past(self, answer: Answer, now: datetime, calendar: TradingCalendar) -> Snapshot:
        return self._snapshot(answer, now, min(now, published_at(self.dataset, answer.day, calendar)))

    def _snapshot(self, answer: Answer, now: datetime, known_at: datetime) -> Snapshot:
        return Snapshot(
            dataset=self.dataset,
            source=self.name,
            scope=self.scope,
            day=answer.day,
            fetched_at=now,
            known_at=known_at,
            provisional=answer.provisional,
            table=answer.table,
        )


class SpanSource(Source):
    """A source of which one request may cover many days.

    With `look_back_days` a live reading takes all of them from so many days before the day asked for: facts
    like splits are listed late, and most days have none.
    """

    span_days: ClassVar[int]
    """The longest span of one request, both ends included."""
    look_back_days: ClassVar[int] = 0

    @abstractmethod
    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        """Ask the publisher for the tables from start to end, both included; raises as `fetch` does."""

    @abstractmethod
    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        """One answer for each day that the table is about, ascending; raises as `parse` does.

        An answer about a day outside the span is kept: whoever asked for one day must see that he got another.
        """

    def fetch(self, day: date) -> pd.DataFrame:
        """One day's table."""
        return self.fetch_span(day, day)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The day's answer, or the newest of another day where that is all there is."""
        answers = self.parse_span(raw, day, day)
        if not answers:
            raise NotPublishedError(f"nothing is told of {day}")
        return next((one for one in answers if one.day == day), answers[-1])

    def readings(self, day: date, now: datetime) -> list[Snapshot]:
        """The session's table, or every fact of the days looked back on."""
        if not self.look_back_days:
            return super().readings(day, now)
        start = day - timedelta(days=self.look_back_days)
        answers = self.parse_span(self.fetch_span(start, day), start, day)
        return [self._snapshot(one, now, now) for one in answers if start <= one.day <= day]

    def history(self, start: date, end: date, now: datetime, calendar: TradingCalendar) -> list[Snapshot]:
        """The tables of the days from start to end, at most `span_days` of them."""
        answers = self.parse_span(self.fetch_span(start, end), start, end)
        return [self._of_the_past(one, now, calendar) for one in answers if start <= one.day <= end]


_PUBLISHED = {
    Dataset.PROFILE: (0, time(8, 0)),
    Dataset.SPLITS: (0, time(8, 0)),
    Dataset.DIVIDENDS: (0, time(8, 0)),
    Dataset.INDEX: (0, time(15, 35)),
    Dataset.DAILY: (0, time(16, 15)),
    Dataset.SPOT: (0, time(15, 0)),
    Dataset.NAV: (0, time(21, 0)),
    Dataset.SHARES: (0, time(21, 30)),
    Dataset.MARGIN: (1, time(8, 55)),
    Dataset.MARGIN_DETAIL: (1, time(8, 55)),
    Dataset.CONSTITUENTS: (0, time(21, 0)),
    Dataset.STOCKS: (0, time(16, 15)),
    Dataset.LIMITS: (0, time(15, 30)),
    Dataset.NEWS: (0, time(16, 15)),
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

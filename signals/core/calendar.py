"""Trading sessions as data: what "consecutive" means."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

MARKET_ZONE = ZoneInfo("Asia/Shanghai")

LONGEST_CLOSURE_DAYS = 12
"""From a session to the next; the Spring Festivals of 2005 and 2006 took as long, none since."""

FEWEST_SESSIONS, MOST_SESSIONS = 236, 252
"""Of a whole year; 2005 to 2026 had 238 to 246."""


class CalendarEndedError(LookupError):
    """A day lies outside the sessions that are known; nothing may be called consecutive there."""


@dataclass(frozen=True, slots=True)
class TradingCalendar:
    """The sessions of SSE and SZSE, ascending, without gaps between the first and the last.

    Every question about a day outside that range raises `CalendarEndedError`: guessing that weekdays
    are sessions is how holidays become trading days.
    """

    sessions: tuple[date, ...]

    @classmethod
    def of(cls, days: Iterable[date]) -> "TradingCalendar":
        """Sort and check the sessions; raises ValueError when there are none."""
        sessions = tuple(sorted(set(days)))
        if not sessions:
            raise ValueError("a trading calendar needs at least one session")
        return cls(sessions)

    @property
    def first(self) -> date:
        """The earliest session known."""
        return self.sessions[0]

    @property
    def last(self) -> date:
        """The latest session known; the calendar must be extended before it passes."""
        return self.sessions[-1]

    def is_session(self, day: date) -> bool:
        """Whether the exchanges trade on this day."""
        self._require(day)
        at = bisect_left(self.sessions, day)
        return at < len(self.sessions) and self.sessions[at] == day

    def at_or_before(self, day: date) -> date:
        """The newest session that is not after this day."""
        self._require(day)
        return self.sessions[bisect_right(self.sessions, day) - 1]

    def before(self, day: date) -> date:
        """The session before this day."""
        self._require(day)
        at = bisect_left(self.sessions, day)
        if at == 0:
            raise CalendarEndedError(f"no session before {day} is known; the calendar starts {self.first}")
        return self.sessions[at - 1]

    def after(self, day: date) -> date:
        """The session after this day."""
        self._require(day)
        at = bisect_right(self.sessions, day)
        if at == len(self.sessions):
            raise CalendarEndedError(f"no session after {day} is known; the calendar ends {self.last}")
        return self.sessions[at]

    def between(self, start: date, end: date) -> tuple[date, ...]:
        """The sessions from start to end, both included."""
        self._require(start)
        self._require(end)
        return self.sessions[bisect_left(self.sessions, start) : bisect_right(self.sessions, end)]

    def window(self, end: date, sessions: int) -> tuple[date, ...]:
        """At most this many sessions, the last of them at or before `end`."""
        self._require(end)
        stop = bisect_right(self.sessions, end)
        return self.sessions[max(0, stop - sessions) : stop]

    def _require(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise CalendarEndedError(f"{day} is outside the trading calendar ({self.first} to {self.last})")


def holes(calendar: TradingCalendar) -> Iterator[str]:
    """What a calendar cannot be: closures that are too long, whole years with too few sessions or too many."""
    for before, after in pairwise(calendar.sessions):
        if (after - before).days > LONGEST_CLOSURE_DAYS:
            yield f"there is a hole: no session between {before} and {after}"
    counts = Counter(day.year for day in calendar.sessions)
    for year, sessions in counts.items():
        whole = year < calendar.last.year or calendar.last >= date(year, 12, 25)
        if whole and not FEWEST_SESSIONS <= sessions <= MOST_SESSIONS:
            yield f"{year} has {sessions} sessions; a whole year has {FEWEST_SESSIONS} to {MOST_SESSIONS}"

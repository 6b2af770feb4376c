"""SZSE's calendar: every day of a month, marked as open or closed."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from bot.sources.counted import count_request
from tests.fakes.endpoint import Body, Endpoint, Row, json_body


def year_of_sessions(year: int) -> list[date]:
    """A year with closures where they usually are."""
    closures = (((1, 1), (1, 3)), ((2, 4), (2, 11)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((10, 1), (10, 7)))
    closed = [(date(year, *start), date(year, *end)) for start, end in closures]
    days = (date(year, 1, 1) + timedelta(days=shift) for shift in range(365))
    return [day for day in days if day.weekday() < 5 and not any(start <= day <= end for start, end in closed)]


@dataclass
class Exchange:
    """A list of months from memory: planned are those that have a session."""

    name: ClassVar[str] = "szse.sessions"
    host: ClassVar[str] = "www.szse.cn"

    sessions: Sequence[date]
    failure: Exception | None = None
    asked: list[tuple[int, int]] = field(default_factory=list)

    def months(self, wanted: Iterable[tuple[int, int]]) -> Iterator[Sequence[date]]:
        """The sessions of the months that are planned, or the failure."""
        for year, month in wanted:
            found = self._month(year, month)
            if not found:
                return
            yield found

    def _month(self, year: int, month: int) -> Sequence[date]:
        count_request(self.host)
        self.asked.append((year, month))
        if self.failure is not None:
            raise self.failure
        return [day for day in self.sessions if (day.year, day.month) == (year, month)]


class SzseMonthList(Endpoint):
    """The list of a month; empty for a month without a session, as one that is not planned yet."""

    host: ClassVar[str] = "www.szse.cn"
    path: ClassVar[str] = "/api/report/exchange/onepersistenthour/monthList"

    def __init__(self, sessions: Collection[date]) -> None:
        super().__init__()
        self.sessions = sessions

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        first = self.day(query["month"], "%Y-%m")
        days = [first.replace(day=day) for day in range(1, monthrange(first.year, first.month)[1] + 1)]
        if not any(day in self.sessions for day in days):
            return []
        return [
            {"zrxh": day.isoweekday() % 7 + 1, "jybz": str(int(day in self.sessions)), "jyrq": day.isoformat()}
            for day in days
        ]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        return json_body({"data": rows, "nowdate": "2026-11-22"})

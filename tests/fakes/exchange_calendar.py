"""SZSE's calendar: every day of a month, marked as open or closed."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import ClassVar

from tests.fakes.endpoint import Body, Endpoint, Row, json_body


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

"""Trading sessions from SZSE, which keeps the same ones as SSE."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from bot.sources.base import NotPublishedError, SourceChangedError
from bot.sources.direct.http import Http

_URL = "https://www.szse.cn/api/report/exchange/onepersistenthour/monthList"
_HEADERS = {"Referer": "https://www.szse.cn/"}

_DAY, _MARK = "jyrq", "jybz"
_OPEN, _CLOSED = "1", "0"


class SzseSessions:
    """The exchange's own calendar, a month in one request. Blocking."""

    name: ClassVar[str] = "szse.sessions"
    host: ClassVar[str] = "www.szse.cn"

    def __init__(self, http: Http) -> None:
        self._http = http

    def months(self, wanted: Iterable[tuple[int, int]]) -> Iterator[Sequence[date]]:
        """The sessions of one month after the other, up to the first that is not planned yet; raises as `month`."""
        for year, month in wanted:
            try:
                yield self.month(year, month)
            except NotPublishedError:
                return

    def month(self, year: int, month: int) -> list[date]:
        """The sessions of a month, ascending.

        Raises NotPublishedError for a month that the exchange has not planned yet, SourceChangedError for a
        list that is not of every day of the month once, and what `Http.get` raises.
        """
        days = [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
        rows = _listed(self._http.get(_URL, {"month": f"{days[0]:%Y-%m}"}, headers=_HEADERS).json())
        if not rows:
            raise NotPublishedError(f"no day of {days[0]:%Y-%m} is listed")
        marks = [_mark(row) for row in rows]
        if sorted(day for day, _ in marks) != days:
            raise SourceChangedError("rows", f"the list is not of every day of {days[0]:%Y-%m} once")
        sessions = sorted(day for day, is_open in marks if is_open)
        if not sessions:
            raise NotPublishedError(f"no day of {days[0]:%Y-%m} is marked as open")
        return sessions


def _listed(content: Any) -> list[dict[str, Any]]:
    match content:
        case {"data": None}:
            return []
        case {"data": [*rows]} if all(isinstance(row, dict) for row in rows):
            return rows
    raise SourceChangedError("columns", "there is no list of days under data")


def _mark(row: dict[str, Any]) -> tuple[date, bool]:
    """A day, and whether it is a session."""
    if _DAY not in row or row.get(_MARK) not in (_OPEN, _CLOSED):
        raise SourceChangedError("columns", f"a day is not marked as open or closed: {str(row)[:80]}")
    try:
        return date.fromisoformat(str(row[_DAY])), row[_MARK] == _OPEN
    except ValueError as error:
        raise SourceChangedError("rows", f"{str(row[_DAY])[:40]!r} is not a date") from error

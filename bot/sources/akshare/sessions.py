"""Trading sessions from Sina, who packs all of them since 1990 into one script."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import ClassVar

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import NotPublishedError, SourceChangedError

FIRST_SESSION = date(1990, 12, 19)
"""The Shanghai exchange's first day, with which the list begins."""

LEAST_SESSIONS = 8_500
"""8,797 until the end of 2026; a list that was cut short may end anywhere before."""

_DAY = "trade_date"


class SinaSessions:
    """`tool_trade_date_hist_sina`: to the end of the current year, from December on of the next. Blocking.

    akshare lets a JavaScript engine decode what Sina sends, and takes whatever comes out for days: a list
    that does not begin where it always did, or is shorter than it was, is none.
    """

    name: ClassVar[str] = "akshare.sina_sessions"
    host: ClassVar[str] = "finance.sina.com.cn"

    def __init__(self, akshare: Akshare) -> None:
        self._akshare = akshare

    def months(self, wanted: Iterable[tuple[int, int]]) -> Iterator[Sequence[date]]:
        """The sessions of each month, ascending, up to the first of which none is listed; one request.

        Raises UnavailableError and SourceChangedError.
        """
        days = self._days()
        for year, month in wanted:
            listed = [day for day in days if (day.year, day.month) == (year, month)]
            if not listed:
                return
            yield listed

    def _days(self) -> list[date]:
        try:
            raw = self._akshare.call("tool_trade_date_hist_sina")
            require(raw, _DAY)
        except NotPublishedError as error:
            raise SourceChangedError("rows", f"the past is not on the list: {error}") from error
        told = list(raw[_DAY])
        if not all(isinstance(day, date) for day in told):
            raise SourceChangedError("rows", "a row carries no date")
        # akshare adds one of 1992 that Sina leaves out, whether Sina has come to list it or not.
        days = sorted(set(told))
        if days[0] != FIRST_SESSION or len(days) < LEAST_SESSIONS:
            raise SourceChangedError("rows", f"{len(days)} sessions since {days[0]}")
        return days

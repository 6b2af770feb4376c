"""When prices within a session are asked for, and when IOPV with them. Pure."""

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.poll import Slot
from bot.sources.datum import Round
from signals.core.calendar import MARKET_ZONE, CalendarEndedError, TradingCalendar

HOURS = ((time(9, 30), time(11, 30)), (time(13, 0), time(15, 0)))
"""Continuous trading of both exchanges. The last price, at 15:00, belongs to the close."""

SESSION_SECONDS = 4 * 3600


@dataclass(frozen=True, kw_only=True)
class Intraday:
    """How closely a session is followed."""

    interval_seconds: int = 60
    iopv_readings: int = 0
    """How often a session IOPV are asked for too, spread evenly; 0 = never."""

    def slot(self, calendar: TradingCalendar, now: datetime) -> Slot | None:
        """What to ask for now; None while the exchanges do not trade, and past the calendar's end."""
        here = now.astimezone(MARKET_ZONE)
        traded = traded_seconds(here.time())
        try:
            if traded is None or not calendar.is_session(here.date()):
                return None
        except CalendarEndedError:
            return None
        return Slot(round=self._round(traded), due=here.replace(microsecond=0), day=here.date())

    def _round(self, traded: float) -> Round:
        # IOPV are due in the first poll of each of so many equal parts of the session.
        now, before = (
            math.ceil(max(0.0, at) * self.iopv_readings / SESSION_SECONDS)
            for at in (traded, traded - self.interval_seconds)
        )
        return Round.IOPV if now > before else Round.INTRADAY


def traded_seconds(at: time) -> float | None:
    """How long a session has traded at a time of day, breaks left out; None while it does not trade.

    Its very first moment counts as not trading: there is no price yet.
    """
    passed = 0.0
    for start, end in HOURS:
        into = _seconds(at) - _seconds(start)
        length = _seconds(end) - _seconds(start)
        if 0 < into < length:
            return passed + into
        passed += length
    return None


def _seconds(at: time) -> float:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond).total_seconds()

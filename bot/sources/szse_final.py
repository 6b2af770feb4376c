"""When SZSE's share counts of a session are its last word."""

from datetime import date, datetime, time, timedelta

from signals.core.calendar import MARKET_ZONE, TradingCalendar

FINAL_AT = time(8, 0)
"""On the morning of the next session SZSE has replaced the counts of the evening."""


def szse_final_from(day: date, calendar: TradingCalendar) -> datetime:
    """From when on the counts of a session are final: `FINAL_AT` of the next one.

    Outside the calendar, where the next session is unknown, of the next day.
    """
    inside = calendar.first <= day < calendar.last
    morning = calendar.after(day) if inside else day + timedelta(days=1)
    return datetime.combine(morning, FINAL_AT, MARKET_ZONE)

"""When prices within a session are asked for, and when IOPV with them."""

from datetime import date, datetime, time, timedelta

import pytest

from bot.intraday import SESSION_SECONDS, Intraday, traded_seconds
from bot.sources.datum import Round
from signals.core.calendar import MARKET_ZONE
from tests.builders import CALENDAR, LAST_DAY, moment


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        (time(9, 30, 1), 1),
        (time(11, 29, 59), 7199),
        (time(13, 0, 1), 7201),
        (time(14, 59, 59), SESSION_SECONDS - 1),
    ],
)
def test_a_session_trades_in_two_halves(at: time, seconds: float) -> None:
    assert traded_seconds(at) == seconds


@pytest.mark.parametrize("at", [time(9, 15), time(9, 30), time(11, 30), time(12), time(13), time(15), time(23)])
def test_outside_them_and_at_their_edges_it_does_not(at: time) -> None:
    assert traded_seconds(at) is None


def test_a_slot_is_of_the_session_and_of_this_second() -> None:
    slot = Intraday().slot(CALENDAR, moment(LAST_DAY, "10:00").replace(microsecond=7).astimezone(tz=None))
    assert slot is not None
    assert (slot.round, slot.day, slot.due) == (Round.INTRADAY, LAST_DAY, moment(LAST_DAY, "10:00"))


@pytest.mark.parametrize("day", [date(2025, 2, 9), date(2025, 1, 29), CALENDAR.last + timedelta(days=1)])
def test_there_is_none_on_a_day_without_a_session_or_past_the_calendar(day: date) -> None:
    assert Intraday().slot(CALENDAR, datetime.combine(day, time(10), MARKET_ZONE)) is None


def rounds(plan: Intraday) -> list[Round]:
    """Of every poll of a session."""
    start = moment(LAST_DAY, "09:30")
    moments = [start + timedelta(seconds=at) for at in range(0, 6 * 3600, plan.interval_seconds)]
    return [slot.round for one in moments if (slot := plan.slot(CALENDAR, one)) is not None]


@pytest.mark.parametrize("readings", [0, 1, 4, 7, 60])
@pytest.mark.parametrize("interval", [30, 60, 90])
def test_iopv_are_asked_for_so_often_a_session_and_no_oftener(readings: int, interval: int) -> None:
    asked = rounds(Intraday(interval_seconds=interval, iopv_readings=readings))
    assert asked.count(Round.IOPV) == readings
    assert set(asked) <= {Round.INTRADAY, Round.IOPV}


def test_iopv_are_spread_evenly() -> None:
    asked = rounds(Intraday(iopv_readings=4))
    assert [at for at, one in enumerate(asked) if one is Round.IOPV] == [0, 60, 119, 179]

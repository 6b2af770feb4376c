"""Sessions are data: what lies outside them is not guessed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from signals.core.calendar import CalendarEndedError, TradingCalendar, holes
from tests.builders import CALENDAR

FESTIVAL = TradingCalendar.of(date(2025, month, day) for month, day in [(1, 24), (1, 27), (2, 5), (2, 6)])


def test_a_calendar_sorts_its_sessions_and_takes_each_once() -> None:
    calendar = TradingCalendar.of([date(2025, 2, 6), date(2025, 2, 5), date(2025, 2, 6)])
    assert calendar.sessions == (date(2025, 2, 5), date(2025, 2, 6))
    assert (calendar.first, calendar.last) == (date(2025, 2, 5), date(2025, 2, 6))


def test_a_calendar_without_sessions_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        TradingCalendar.of([])


def test_the_session_after_the_last_before_the_festival_is_the_first_after_it() -> None:
    assert FESTIVAL.after(date(2025, 1, 27)) == date(2025, 2, 5)
    assert FESTIVAL.before(date(2025, 2, 5)) == date(2025, 1, 27)


def test_a_holiday_is_no_session_and_has_neighbours() -> None:
    assert not FESTIVAL.is_session(date(2025, 1, 30))
    assert FESTIVAL.at_or_before(date(2025, 1, 30)) == date(2025, 1, 27)
    assert FESTIVAL.before(date(2025, 1, 30)) == date(2025, 1, 27)
    assert FESTIVAL.after(date(2025, 1, 30)) == date(2025, 2, 5)


def test_a_session_is_one() -> None:
    assert FESTIVAL.is_session(date(2025, 1, 27))
    assert FESTIVAL.at_or_before(date(2025, 1, 27)) == date(2025, 1, 27)


def test_a_workday_on_which_the_exchanges_were_closed_is_no_session() -> None:
    assert not CALENDAR.is_session(date(2024, 2, 9))


def test_a_working_weekend_is_no_session() -> None:
    assert not CALENDAR.is_session(date(2025, 1, 26))


def test_between_includes_both_ends() -> None:
    assert FESTIVAL.between(date(2025, 1, 25), date(2025, 2, 5)) == (date(2025, 1, 27), date(2025, 2, 5))


def test_a_window_ends_at_or_before_its_day() -> None:
    assert FESTIVAL.window(date(2025, 2, 3), 2) == (date(2025, 1, 24), date(2025, 1, 27))


def test_a_window_longer_than_the_calendar_is_what_there_is() -> None:
    assert FESTIVAL.window(date(2025, 2, 6), 99) == FESTIVAL.sessions


def test_a_window_of_nothing_is_empty() -> None:
    assert FESTIVAL.window(date(2025, 2, 6), 0) == ()


ASK: list[Callable[[date], object]] = [
    FESTIVAL.is_session,
    FESTIVAL.at_or_before,
    FESTIVAL.before,
    FESTIVAL.after,
    lambda day: FESTIVAL.between(day, date(2025, 2, 5)),
    lambda day: FESTIVAL.between(date(2025, 2, 5), day),
    lambda day: FESTIVAL.window(day, 2),
]


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize("day", [date(2025, 1, 23), date(2025, 2, 7)])
def test_no_question_about_a_day_outside_is_answered(ask: Callable[[date], object], day: date) -> None:
    with pytest.raises(CalendarEndedError, match="outside the trading calendar"):
        ask(day)


def test_the_ends_have_only_one_neighbour() -> None:
    with pytest.raises(CalendarEndedError, match="starts"):
        FESTIVAL.before(FESTIVAL.first)
    with pytest.raises(CalendarEndedError, match="ends"):
        FESTIVAL.after(FESTIVAL.last)


def weekdays(start: date, end: date, *closed: date) -> TradingCalendar:
    days = (start + timedelta(days=shift) for shift in range((end - start).days + 1))
    return TradingCalendar.of(day for day in days if day.weekday() < 5 and day not in closed)


def test_a_closure_of_twelve_days_is_a_festival_and_a_longer_one_a_hole() -> None:
    before = date(2025, 1, 24)
    assert list(holes(TradingCalendar.of([before, before + timedelta(days=12)]))) == []
    assert list(holes(TradingCalendar.of([before, before + timedelta(days=13)]))) == [
        "there is a hole: no session between 2025-01-24 and 2025-02-06"
    ]


def test_a_whole_year_of_weekdays_is_none_and_a_part_of_it_may_be() -> None:
    start = date(2025, 1, 1)
    assert list(holes(weekdays(start, date(2025, 12, 24)))) == []
    assert list(holes(weekdays(start, date(2025, 12, 31)))) == ["2025 has 261 sessions; a whole year has 236 to 252"]


def test_a_year_with_too_few_sessions_is_none() -> None:
    fridays = [date(2025, 1, 3) + timedelta(weeks=week) for week in range(52)]
    assert list(holes(weekdays(date(2025, 1, 1), date(2025, 12, 31), *fridays))) == [
        "2025 has 209 sessions; a whole year has 236 to 252"
    ]


def test_the_real_sessions_have_no_hole() -> None:
    whole = TradingCalendar.of(CALENDAR.between(date(2024, 1, 2), CALENDAR.last))
    assert list(holes(whole)) == []

"""The packaged sessions against known facts, and what an operator may add to them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from config.problems import ConfigError
from config.sessions import days_left, load_calendar
from signals.core.calendar import TradingCalendar

CALENDAR = load_calendar()
PACKAGED = {date(2005, 1, 4), date(2026, 12, 31)}


def _weekdays(start: str, end: str) -> list[str]:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    days = (first + timedelta(days=shift) for shift in range((last - first).days + 1))
    return [day.isoformat() for day in days if day.weekday() < 5]


def _extended(directory: Path, *lines: str) -> TradingCalendar:
    path = directory / "more.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_calendar(path)


def _refused(directory: Path, *lines: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _extended(directory, *lines)
    return [str(problem) for problem in caught.value.problems]


def _whole_year(year: int) -> list[str]:
    """A year with closures where they usually are: 242 sessions or a few more or less."""
    closed = {
        *_weekdays(f"{year}-01-01", f"{year}-01-01"),
        *_weekdays(f"{year}-02-05", f"{year}-02-11"),
        *_weekdays(f"{year}-05-01", f"{year}-05-05"),
        *_weekdays(f"{year}-10-01", f"{year}-10-07"),
    }
    return [day for day in _weekdays(f"{year}-01-01", f"{year}-12-31") if day not in closed]


def test_the_packaged_calendar_reaches_from_2005_to_the_end_of_2026() -> None:
    assert {CALENDAR.first, CALENDAR.last} == PACKAGED


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2008-02-06", "2008-02-12"),
        ("2015-09-03", "2015-09-04"),  # the parade: decreed in the course of the year
        ("2020-01-24", "2020-02-02"),  # lengthened at three days' notice
        ("2022-10-03", "2022-10-07"),
        ("2023-06-22", "2023-06-23"),
        ("2024-02-09", "2024-02-16"),  # the 9th was an official working day
        ("2025-01-28", "2025-02-04"),
        ("2025-10-01", "2025-10-08"),
        ("2026-02-16", "2026-02-23"),
        ("2026-09-25", "2026-09-25"),
    ],
)
def test_the_exchanges_are_closed_on_holidays(start: str, end: str) -> None:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    assert CALENDAR.between(first, last) == ()
    assert CALENDAR.is_session(CALENDAR.before(first))
    assert CALENDAR.is_session(CALENDAR.after(last))


@pytest.mark.parametrize("day", ["2020-02-03", "2024-02-08", "2024-02-19", "2025-01-27", "2025-02-05", "2025-02-11"])
def test_the_exchanges_are_open_beside_them(day: str) -> None:
    assert CALENDAR.is_session(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2024-02-04", "2024-02-18", "2025-01-26", "2025-02-08", "2026-02-14", "2026-10-10"])
def test_a_weekend_that_is_worked_is_no_session(day: str) -> None:
    assert not CALENDAR.is_session(date.fromisoformat(day))


def test_no_session_is_at_a_weekend() -> None:
    assert [day for day in CALENDAR.sessions if day.weekday() > 4] == []


def test_every_year_has_its_usual_number_of_sessions() -> None:
    counts = {year: len([day for day in CALENDAR.sessions if day.year == year]) for year in range(2005, 2027)}
    assert all(238 <= count <= 246 for count in counts.values())
    assert {year: counts[year] for year in (2013, 2023, 2024, 2025, 2026)} == {
        2013: 238,
        2023: 242,
        2024: 242,
        2025: 243,
        2026: 242,
    }


def test_days_left_counts_down_and_past_the_end() -> None:
    assert days_left(CALENDAR, date(2026, 12, 1)) == 30
    assert days_left(CALENDAR, date(2026, 12, 31)) == 0
    assert days_left(CALENDAR, date(2027, 1, 4)) == -4


def test_an_operator_can_add_a_year(tmp_path: Path) -> None:
    calendar = _extended(tmp_path, "session", "# from the notice of December 2026", *_whole_year(2027), "")
    assert calendar.last == date(2027, 12, 31)
    assert calendar.after(date(2026, 12, 31)) == date(2027, 1, 4)
    assert calendar.window(date(2026, 12, 31), 3) == CALENDAR.sessions[-3:]


def test_an_operator_can_add_a_month_and_repeat_known_sessions(tmp_path: Path) -> None:
    calendar = _extended(tmp_path, "2026-12-31", "2026-12-30  # known", *_weekdays("2027-01-04", "2027-01-29"))
    assert calendar.last == date(2027, 1, 29)


def test_an_empty_file_adds_nothing(tmp_path: Path) -> None:
    assert _extended(tmp_path, "session") == CALENDAR


def test_every_bad_line_is_told_with_its_number(tmp_path: Path) -> None:
    assert _refused(
        tmp_path, "session", "2027/1/4", "20270105", "2027-02-30", "2027-01-09", "2025-01-28", "1999-01-04"
    ) == [
        "more.csv line 2: '2027/1/4' is not a date such as 2027-01-04",
        "more.csv line 3: '20270105' is not a date such as 2027-01-04",
        "more.csv line 4: '2027-02-30' is not a date such as 2027-01-04",
        "more.csv line 5: 2027-01-09 is a Saturday; the exchanges are closed at weekends, make-up working days too",
        "more.csv line 6: 2025-01-28 is a closed day of the packaged calendar, which ends on 2026-12-31",
        "more.csv line 7: 1999-01-04 is before the first packaged session, 2005-01-04",
    ]


def test_a_hole_in_the_year_is_refused(tmp_path: Path) -> None:
    without_june = [day for day in _whole_year(2027) if not day.startswith("2027-06")]
    (hole, count) = _refused(tmp_path, *without_june)
    assert hole == "more.csv: there is a hole: no session between 2027-05-31 and 2027-07-01"
    assert count.startswith("more.csv: 2027 has ")


def test_single_days_that_are_missing_are_noticed_in_a_whole_year(tmp_path: Path) -> None:
    without_fridays = [day for day in _whole_year(2027) if date.fromisoformat(day).weekday() != 4]
    (count,) = _refused(tmp_path, *without_fridays)
    assert count.endswith("sessions; a whole year has 236 to 252")


def test_weekdays_that_pass_for_sessions_are_refused(tmp_path: Path) -> None:
    (count,) = _refused(tmp_path, *_weekdays("2027-01-01", "2027-12-31"))
    assert count == "more.csv: 2027 has 261 sessions; a whole year has 236 to 252"


def test_a_file_that_leaves_a_year_out_is_refused(tmp_path: Path) -> None:
    (hole,) = _refused(tmp_path, *_weekdays("2028-01-04", "2028-01-28"))
    assert hole == "more.csv: there is a hole: no session between 2026-12-31 and 2028-01-04"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.csv: the file does not exist"):
        load_calendar(tmp_path / "none.csv")

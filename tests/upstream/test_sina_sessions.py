"""Sina's list of sessions: what its failures mean, and which lists are none."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.sessions import LEAST_SESSIONS, SinaSessions
from bot.sources.base import LimitedError, SourceChangedError, UnavailableError
from config.sessions import load_calendar
from tests.fakes.endpoint import Fault, Twist
from tests.fakes.exchange_calendar import year_of_sessions
from tests.fakes.sina_sessions import MISSING, SinaSessionList, sessions_since_1990
from tests.upstream.served import Served, mend, served

SESSIONS = sessions_since_1990(load_calendar().sessions)
NEXT_YEAR = year_of_sessions(2027)
DECEMBER = [day for day in SESSIONS if (day.year, day.month) == (2026, 12)]

ASKED = [(2026, 12), *((2027, month) for month in range(1, 13))]


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Served, SinaSessionList]]:
    publisher = SinaSessionList(SESSIONS)
    with served(publisher) as line:
        yield line, publisher


@pytest.fixture
def line(running: tuple[Served, SinaSessionList]) -> Served:
    return running[0]


@pytest.fixture
def publisher(running: tuple[Served, SinaSessionList]) -> Iterator[SinaSessionList]:
    yield running[1]
    running[1].sessions = SESSIONS
    mend(running[1])


def months(line: Served) -> list[Sequence[date]]:
    return list(SinaSessions(line.akshare).months(ASKED))


def test_the_months_that_are_listed_take_one_request(line: Served, publisher: SinaSessionList) -> None:
    assert months(line) == [DECEMBER]
    publisher.sessions = [*SESSIONS, *NEXT_YEAR]
    told = months(line)
    assert [day for month in told[1:] for day in month] == NEXT_YEAR
    assert len(told) == len(ASKED)
    assert len(publisher.asked) == 2


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai"])
def test_a_child_of_its_own_runs_the_script_within_its_bounds_in_any_time_zone(
    line: Served, publisher: SinaSessionList, zone: str
) -> None:
    leading = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    caller = Akshare(environment={**leading, **line.upstream.environment, "TZ": zone}, memory_mib=512)
    assert list(SinaSessions(caller).months(ASKED)) == [DECEMBER]


def test_a_script_that_swells_is_stopped_at_the_memory_bound(line: Served, publisher: SinaSessionList) -> None:
    publisher.fault = Fault.BOMB
    leading = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    caller = Akshare(environment={**leading, **line.upstream.environment}, memory_mib=400)
    with pytest.raises(UnavailableError, match="MemoryError"):
        list(SinaSessions(caller).months(ASKED))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.FORBIDDEN, LimitedError),
        (Fault.THROTTLED, LimitedError),
        (Fault.BANNED, LimitedError),
        (Fault.RESET, LimitedError),
        (Fault.BROKEN, UnavailableError),
        (Fault.SHORT, UnavailableError),
        (Fault.HANG, UnavailableError),
        (Fault.BLANK, SourceChangedError),
        (Fault.HTML, SourceChangedError),
    ],
)
def test_what_a_broken_way_means(
    fault: Fault, error: type[Exception], line: Served, publisher: SinaSessionList
) -> None:
    publisher.fault = fault
    with pytest.raises(error) as caught:
        months(line)
    assert caught.type is error


@pytest.mark.parametrize("said", [Twist.EMPTY, Twist.NULL, Twist.CUT])
def test_a_list_of_which_the_past_is_missing_is_refused(said: Twist, line: Served, publisher: SinaSessionList) -> None:
    publisher.twist = said
    with pytest.raises(SourceChangedError) as caught:
        months(line)
    assert caught.value.gate in ("rows", "answer")


@pytest.mark.parametrize("bend", [lambda days: days[1:], lambda days: days[: LEAST_SESSIONS - 2]])
def test_a_list_that_does_not_begin_with_the_exchange_or_is_too_short_is_refused(
    bend: Callable[[Sequence[date]], Sequence[date]], line: Served, publisher: SinaSessionList
) -> None:
    publisher.sessions = bend(SESSIONS)
    with pytest.raises(SourceChangedError, match="sessions since"):
        months(line)


def test_a_session_that_akshare_adds_though_it_is_listed_counts_once(
    line: Served, publisher: SinaSessionList, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next(SinaSessions(line.akshare).months([(1992, 5)])).count(MISSING) == 1
    monkeypatch.setattr(publisher, "rows", lambda query: [{"day": day} for day in SESSIONS])
    assert next(SinaSessions(line.akshare).months([(1992, 5)])).count(MISSING) == 1

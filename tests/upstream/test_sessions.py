"""SZSE's calendar, a month in one request."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from bot.sources.base import LimitedError, NotPublishedError, SourceChangedError, UnavailableError
from bot.sources.direct.http import Http
from bot.sources.direct.sessions import SzseSessions
from tests.fakes.endpoint import Fault, Twist, json_body
from tests.fakes.exchange_calendar import SzseMonthList
from tests.fakes.upstream import Upstream
from tests.upstream.served import mend
from tests.upstream.world import AFTER, BEFORE, DAY

FEBRUARY = [date(2026, 2, day) for day in range(2, 14)]


@pytest.fixture(scope="module")
def exchange() -> SzseMonthList:
    return SzseMonthList([*FEBRUARY, BEFORE, DAY, AFTER])


@pytest.fixture(scope="module")
def upstream(exchange: SzseMonthList) -> Iterator[Upstream]:
    with Upstream(exchange) as one:
        yield one
    assert one.strangers == []


@pytest.fixture
def months(exchange: SzseMonthList) -> Iterator[SzseMonthList]:
    yield exchange
    mend(exchange)


@pytest.fixture
def sessions(months: SzseMonthList, upstream: Upstream) -> SzseSessions:
    return SzseSessions(Http(environment=upstream.environment))


def listed(marks: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The list of February, some of its days marked otherwise."""
    days = {f"2026-02-{day:02}": str(int(2 <= day < 14)) for day in range(1, 29)} | dict(marks or {})
    return {"data": [{"jyrq": day, "jybz": mark} for day, mark in days.items()]}


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


def test_a_month_takes_one_request(sessions: SzseSessions, months: SzseMonthList) -> None:
    assert sessions.month(2026, 11) == [BEFORE, DAY, AFTER]
    assert months.asked == [{"month": "2026-11"}]


def test_sessions_come_in_order_whatever_the_order_of_the_list(
    sessions: SzseSessions, months: SzseMonthList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "body", lambda rows, query: json_body({"data": listed()["data"][::-1]}))
    assert sessions.month(2026, 2) == FEBRUARY


@pytest.mark.parametrize("said", [None, Twist.NULL])
def test_a_month_that_is_not_planned_yet_is_waited_for(
    said: Twist | None, sessions: SzseSessions, months: SzseMonthList
) -> None:
    months.twist = said
    with pytest.raises(NotPublishedError, match="2027-01"):
        sessions.month(2027, 1)


@pytest.mark.parametrize(
    ("said", "gate"), [(Twist.CUT, "rows"), (Twist.RENAMED, "columns"), (Twist.WIDER, None), (Twist.REORDERED, None)]
)
def test_names_count_and_their_order_does_not(
    said: Twist, gate: str | None, sessions: SzseSessions, months: SzseMonthList
) -> None:
    months.twist = said
    if gate is None:
        assert sessions.month(2026, 2) == FEBRUARY
    else:
        with refused(gate):
            sessions.month(2026, 2)


def test_the_days_of_another_month_are_refused(sessions: SzseSessions, months: SzseMonthList) -> None:
    months.answers_about = DAY
    with refused("rows"):
        sessions.month(2026, 9)


@pytest.mark.parametrize("content", [None, [], {}, {"data": "busy"}, {"data": [1]}, {"data": {"jyrq": "2026-02-01"}}])
def test_a_list_of_another_form_is_refused(
    content: object, sessions: SzseSessions, months: SzseMonthList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "body", lambda rows, query: json_body(content))
    with refused("columns"):
        sessions.month(2026, 2)


@pytest.mark.parametrize("mark", ["2", "", None, 1, ["1"]])
def test_a_day_that_is_neither_open_nor_closed_is_refused(
    mark: object, sessions: SzseSessions, months: SzseMonthList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "body", lambda rows, query: json_body(listed({"2026-02-03": mark})))
    with refused("columns"):
        sessions.month(2026, 2)


@pytest.mark.parametrize("stranger", ["2026-03-01", "2026-01-31", "20260201", "02/01", "2026-02-30"])
def test_days_that_are_strange_or_come_twice_are_refused(
    stranger: str, sessions: SzseSessions, months: SzseMonthList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "body", lambda rows, query: json_body(listed({stranger: "0"})))
    with refused("rows"):
        sessions.month(2026, 2)


@pytest.mark.parametrize(("fault", "error"), [(Fault.THROTTLED, LimitedError), (Fault.HTML, UnavailableError)])
def test_a_broken_way_means_what_it_means_to_every_source(
    fault: Fault, error: type[Exception], sessions: SzseSessions, months: SzseMonthList
) -> None:
    months.fault = fault
    with pytest.raises(error) as caught:
        sessions.month(2026, 11)
    assert caught.type is error


def test_there_is_no_thirteenth_month(sessions: SzseSessions) -> None:
    with pytest.raises(ValueError, match="13"):
        sessions.month(2026, 13)

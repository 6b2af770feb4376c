"""Pace, circuit breaker and allowance: a host that fails is left alone, and asked again by a single probe."""

from datetime import datetime, timedelta

import pytest

from bot.sources.upstreams import Manners, Outcome, Upstreams
from tests.builders import LAST_DAY, moment

HOST, OTHER = "query.sse.com.cn", "www.szse.cn"
NOW = moment(LAST_DAY, "20:00")
REST = timedelta(minutes=15)


def failing(times: int, outcome: Outcome = Outcome.UNAVAILABLE, at: datetime = NOW, **manners: object) -> Upstreams:
    upstreams = Upstreams(Manners(failures_max=3, rest=REST, rest_max=timedelta(hours=1), **manners))  # type: ignore[arg-type]
    for _ in range(times):
        upstreams.note(HOST, outcome, at)
    return upstreams


def test_a_host_may_be_asked_until_it_has_failed_often_enough() -> None:
    assert failing(2).refusal(HOST, NOW) is None
    assert failing(3).refusal(HOST, NOW) == f"{HOST} is left alone until 20:15"


def test_the_others_are_asked_all_the_same() -> None:
    assert failing(3).refusal(OTHER, NOW) is None


def test_a_good_reading_forgives_what_was_before() -> None:
    upstreams = failing(2)
    upstreams.note(HOST, Outcome.TABLE, NOW)
    upstreams.note(HOST, Outcome.UNAVAILABLE, NOW)
    assert upstreams.refusal(HOST, NOW) is None


@pytest.mark.parametrize("outcome", [Outcome.NOT_PUBLISHED, Outcome.REFUSED, Outcome.DEFECT])
def test_what_is_no_fault_of_the_way_opens_no_circuit(outcome: Outcome) -> None:
    assert failing(10, outcome).refusal(HOST, NOW) is None


def test_a_host_that_refuses_us_is_left_alone_at_once() -> None:
    assert failing(1, Outcome.LIMITED).resting(NOW) == {HOST: NOW + REST}


def test_a_publisher_that_names_a_longer_rest_gets_it() -> None:
    upstreams = failing(0)
    upstreams.note(HOST, Outcome.LIMITED, NOW, timedelta(hours=5))
    assert upstreams.resting(NOW) == {HOST: NOW + timedelta(hours=5)}
    upstreams = failing(0)
    upstreams.note(HOST, Outcome.LIMITED, NOW, timedelta(seconds=5))
    assert upstreams.resting(NOW) == {HOST: NOW + REST}


def test_after_the_rest_one_probe_goes_out_and_a_bad_one_doubles_it_up_to_the_longest() -> None:
    upstreams, at, rests = failing(3), NOW, list[timedelta]()
    for _ in range(4):
        until = upstreams.resting(at)[HOST]
        rests.append(until - at)
        assert upstreams.refusal(HOST, until - timedelta(seconds=1)) is not None
        assert upstreams.refusal(HOST, until) is None
        at = until
        upstreams.note(HOST, Outcome.UNAVAILABLE, at)
    assert rests == [REST, REST * 2, REST * 4, REST * 4]


def test_a_good_probe_closes_the_circuit() -> None:
    upstreams = failing(3)
    upstreams.note(HOST, Outcome.NOT_PUBLISHED, NOW + REST)
    upstreams.note(HOST, Outcome.UNAVAILABLE, NOW + REST)
    assert upstreams.refusal(HOST, NOW + REST) is None


def test_an_allowance_is_for_a_day_of_the_exchanges() -> None:
    upstreams = failing(0, readings={HOST: 2})
    late = moment(LAST_DAY, "23:59")
    for _ in range(2):
        assert upstreams.refusal(HOST, late) is None
        upstreams.note(HOST, Outcome.TABLE, late)
    assert upstreams.refusal(HOST, late) == f"{HOST} was asked 2× today, which is all that is allowed"
    assert upstreams.refusal(HOST, late + timedelta(minutes=1)) is None


def test_what_an_earlier_run_has_learnt_is_remembered() -> None:
    upstreams = failing(0, readings={OTHER: 1})
    upstreams.remember([(HOST, Outcome.LIMITED, NOW), (OTHER, Outcome.TABLE, NOW)])
    assert upstreams.refusal(HOST, NOW) is not None
    assert upstreams.refusal(OTHER, NOW) is not None


def test_a_source_that_names_its_hour_is_not_asked_before_it() -> None:
    upstreams = failing(0)
    upstreams.postpone("szse.margin", NOW + REST)
    assert upstreams.postponed("szse.margin", NOW)
    assert not upstreams.postponed("szse.margin", NOW + REST)
    assert not upstreams.postponed("sse.margin", NOW)


@pytest.mark.anyio
async def test_readings_of_one_host_are_apart_and_those_of_two_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: dict[str, list[float]] = {HOST: [], OTHER: []}
    upstreams = Upstreams(Manners(pause_seconds=1000.0))
    for host in (HOST, OTHER, HOST, HOST):

        async def note(seconds: float, host: str = host) -> None:
            waited[host].append(seconds)

        monkeypatch.setattr("bot.sources.upstreams.asyncio.sleep", note)
        await upstreams.turn(host)
    assert waited[OTHER] == []
    assert [round(one, -3) for one in waited[HOST]] == [1000.0, 2000.0]


def test_what_is_left_of_an_allowance_is_told_for_each_host_that_has_one() -> None:
    upstreams = failing(1, readings={HOST: 2})
    assert upstreams.allowances(NOW) == {HOST: 1}
    for _ in range(3):
        upstreams.note(HOST, Outcome.TABLE, NOW)
    assert upstreams.allowances(NOW) == {HOST: 0}
    assert upstreams.allowances(NOW + timedelta(days=1)) == {HOST: 2}


def test_a_host_is_known_once_it_is_asked_or_has_an_allowance() -> None:
    upstreams = failing(0, readings={HOST: 2})
    assert upstreams.hosts == {HOST}
    upstreams.refusal(OTHER, NOW)
    assert upstreams.hosts == {HOST}
    upstreams.note(OTHER, Outcome.TABLE, NOW)
    assert upstreams.hosts == {HOST, OTHER}

"""When the server of a channel is left alone, and when it is asked again."""

from bot.breaker import FIRST_REST_SECONDS, LONGEST_REST_SECONDS, TRIP_AFTER, Breaker


def broken(now: float = 0.0) -> Breaker:
    breaker = Breaker("test")
    for _ in range(TRIP_AFTER):
        breaker.failed(now)
    return breaker


def test_a_line_is_broken_when_several_in_a_row_met_no_answer() -> None:
    breaker = Breaker("test")
    for _ in range(TRIP_AFTER - 1):
        breaker.failed(0.0)
    assert not breaker.open
    breaker.answered()
    breaker.failed(0.0)
    assert not breaker.open
    assert broken().open


def test_a_broken_line_rests_twice_as_long_each_time_up_to_a_minute() -> None:
    breaker, now, rests = broken(), 0.0, []
    for _ in range(10):
        rests.append(breaker.rest_seconds(now))
        now += rests[-1]
        assert breaker.rest_seconds(now) == 0
        breaker.failed(now)
    assert rests == [min(FIRST_REST_SECONDS * 2**number, LONGEST_REST_SECONDS) for number in range(10)]


def test_what_was_under_way_when_the_line_broke_does_not_lengthen_its_rest() -> None:
    breaker = broken()
    for _ in range(100):
        breaker.failed(0.5)
    assert breaker.rest_seconds(0.0) == FIRST_REST_SECONDS


def test_any_answer_mends_the_line() -> None:
    breaker = broken()
    breaker.answered()
    assert (breaker.open, breaker.rest_seconds(0.0)) == (False, 0.0)
    assert broken().rest_seconds(0.0) == FIRST_REST_SECONDS

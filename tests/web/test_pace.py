import pytest

from bot.web.pace import Pace
from tests.web.clock import Clock


def test_pace_allows_a_burst_then_so_many_a_second() -> None:
    clock = Clock()
    pace = Pace(burst=2, per_second=0.5, clock=clock)
    for _ in range(2):
        assert pace.wait_seconds("a") == 0
        pace.take("a")
    assert pace.wait_seconds("a") == pytest.approx(2)
    assert pace.wait_seconds("b") == 0
    clock.seconds += 2
    assert pace.wait_seconds("a") == 0


def test_pace_does_not_save_up_more_than_a_burst() -> None:
    clock = Clock()
    pace = Pace(burst=2, per_second=1, clock=clock)
    pace.take("a")
    clock.seconds += 1000
    for _ in range(2):
        pace.take("a")
    assert pace.wait_seconds("a") > 0


def test_pace_forgets_the_quietest_when_there_are_too_many_names() -> None:
    pace = Pace(burst=1, per_second=0.001, clock=Clock(), names_max=2)
    for name in "abc":
        pace.take(name)
    assert pace.wait_seconds("a") == 0
    assert pace.wait_seconds("b") > 0
    assert pace.wait_seconds("c") > 0

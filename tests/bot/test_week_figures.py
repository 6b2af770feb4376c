"""A week's sums and moves: its own sessions, what is missing inside, and what may not be stated."""

from datetime import date

import pytest

from bot.messages.week_figures import Week
from signals.core.field import Axis
from tests.builders import market

FUND = "560850"
FRIDAY = date(2025, 1, 24)
"""The end of a whole week; the session after it is the only one of the next."""


def week_of(end: date = FRIDAY, days: int = 12, **series: object) -> Week:
    return Week.of(market(days, end=end).fund(FUND, **{"close": 1.0, "nav": 1.0, **series}).panel())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("end", "first", "count"),
    [
        ("2025-01-24", "2025-01-20", 5),
        ("2025-01-27", "2025-01-27", 1),
        ("2025-02-07", "2025-02-05", 3),
        ("2025-02-11", "2025-02-10", 2),
        ("2025-01-03", "2024-12-30", 4),
    ],
)
def test_a_week_is_as_long_as_the_calendar_makes_it(end: str, first: str, count: int) -> None:
    week = week_of(date.fromisoformat(end), shares=1e8)
    assert (week.days[0].isoformat(), week.days[-1].isoformat(), len(week.days)) == (first, end, count)


def test_money_is_summed_over_the_week_and_a_streak_reaches_back_over_its_start() -> None:
    flow = week_of(shares=[1e8 + at * 1e6 for at in range(12)]).flow(FUND)
    assert flow is not None
    assert (flow.value, flow.gaps, flow.streak, flow.rising) == (pytest.approx(5e6), 0, 11, True)
    assert (flow.first, flow.last) == (date(2025, 1, 20), FRIDAY)


def test_money_that_left_is_negative() -> None:
    flow = week_of(shares=[1e8] * 10 + [9.9e7, 9.8e7]).flow(FUND)
    assert flow is not None
    assert (flow.value, flow.streak, flow.rising) == (pytest.approx(-2e6), 2, False)


def test_a_session_inside_that_is_not_known_is_counted_and_one_at_the_end_is_left_out() -> None:
    flow = week_of(shares=[1e8] * 8 + [None, 1.01e8, 1.02e8, None]).flow(FUND)
    assert flow is not None
    assert (flow.first, flow.last) == (date(2025, 1, 20), date(2025, 1, 23))
    assert flow.gaps >= 1


def test_nothing_known_is_nothing_said() -> None:
    week = week_of(shares=[1e8] * 7 + [None] * 5, close=[1.0] * 7 + [None] * 5)
    assert week.flow(FUND) is None
    assert week.move(FUND) is None
    assert week.margin() is None
    assert week.index_move("000001") is None
    assert week.group_flow(Axis.CLASS, week.panel.subjects[Axis.CLASS][0]) is None


def test_moves_compound_and_a_suspended_session_does_not_move() -> None:
    close = [1.0] * 7 + [1.1, None, 1.21, 1.21, 1.331]
    move = week_of(shares=1e8, close=close).move(FUND)
    assert move is not None
    assert move.value == pytest.approx(0.331)
    assert move.last == FRIDAY


def test_a_move_that_happened_and_is_not_known_leaves_the_week_unsaid() -> None:
    listed_within = [None] * 8 + [1.0, 1.01, 1.02, 1.03]
    assert week_of(shares=1e8, close=listed_within).move(FUND) is None
    world = market(12, end=FRIDAY).fund(FUND, close=1.0)
    assert Week.of(world.index("000001", [3000.0] * 9 + [None, 3000.0, 3030.0]).panel()).index_move("000001") is None
    whole = Week.of(world.index("000001", [3000.0] * 11 + [3030.0]).panel()).index_move("000001")
    assert whole is not None
    assert whole.value == pytest.approx(0.01)


def test_margin_is_that_of_both_exchanges() -> None:
    world = market(12, end=FRIDAY).fund(FUND, close=1.0)
    for exchange in ("SSE", "SZSE"):
        world = world.margin(exchange, financing=[9e11 + at * 1e9 for at in range(12)])
    margin = Week.of(world.panel()).margin()
    assert margin is not None
    assert (margin.value, margin.streak) == (pytest.approx(1e10), 11)

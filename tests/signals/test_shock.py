"""Single days on which much more money than usual comes into a fund or leaves it (2.5)."""

import pytest

from signals.core.panel import Panel
from signals.core.signal import Signal
from signals.shock import FlowShock, InflowShock, OutflowShock
from tests.builders import market, seen

FUND = "512500"
SHARES = 20e8


def moved(*flows: float, days: int = 80, hole: int | None = None) -> Panel:
    """A fund of 20亿元 whose shares hardly move, until the flows (亿元) of the last sessions."""
    counts: list[float | None] = [SHARES + (1e6 if at % 2 else 0.0) for at in range(days)]
    total = SHARES
    for at, flow in enumerate(flows, days - len(flows)):
        total += flow * 1e8
        counts[at] = total
    if hole is not None:
        counts[hole] = None
    return market(days).fund(FUND, shares=counts, nav=1.0).panel()


def told(detector: FlowShock, panel: Panel) -> Signal | None:
    return seen(detector, panel).get(FUND)


def test_a_large_and_rare_inflow_is_told() -> None:
    one = told(InflowShock(), moved(2.0))
    assert one is not None
    assert one.evidence["flow"].value == pytest.approx(2e8 - 1e6, rel=0.01)
    assert one.evidence["share"].value == pytest.approx(0.1, rel=0.01)
    assert (one.evidence["place"].value, one.evidence["days"].value) == (1, 79)
    assert one.evidence["percentile"].value == 1.0


def test_its_mirror_is_a_redemption() -> None:
    one = told(OutflowShock(), moved(-2.0))
    assert one is not None
    assert one.evidence["share"].value == pytest.approx(-0.1, rel=0.01)
    assert one.evidence["percentile"].value == 1.0
    assert told(InflowShock(), moved(-2.0)) is None
    assert told(OutflowShock(), moved(2.0)) is None


def test_less_than_the_least_share_is_none() -> None:
    assert told(InflowShock(), moved(0.9)) is None
    assert told(InflowShock(min_share=0.04), moved(0.9)) is not None


def test_a_small_funds_single_creation_is_none() -> None:
    assert told(InflowShock(min_flow_cny=3e8), moved(2.0)) is None


def test_what_is_usual_for_the_fund_is_none() -> None:
    assert told(InflowShock(), moved(2.0, -2.0, 2.5, -2.5, 3.0, -3.0, 2.0)) is None


def test_the_second_largest_of_a_year_has_the_second_place() -> None:
    one = told(InflowShock(percentile=0.9), moved(3.0, 0.0, 0.0, 2.0))
    assert one is not None
    assert one.evidence["place"].value == 2


def test_too_short_a_past_judges_nothing() -> None:
    assert told(InflowShock(), moved(2.0, days=61)) is None
    assert told(InflowShock(), moved(2.0, days=63)) is not None


def test_each_such_session_is_an_event_of_its_own() -> None:
    panel = moved(2.0, 2.5)
    one = told(InflowShock(), panel)
    assert one is not None
    assert one.since == one.reached == panel.sessions[-1]


def test_after_an_unpublished_count_nothing_is_claimed() -> None:
    assert told(InflowShock(), moved(2.0, hole=78)) is None


def test_a_split_is_no_creation() -> None:
    counts = [*[SHARES] * 79, 3 * SHARES]
    panel = market(80).fund(FUND, shares=counts, nav=[*[3.0] * 79, 1.0], split=[*[None] * 79, 3.0]).panel()
    assert told(InflowShock(), panel) is None

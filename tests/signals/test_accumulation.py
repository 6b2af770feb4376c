"""Money that has come in over many sessions (2.5)."""

from signals.accumulation import FlowSum, FlowSumShort
from signals.core.panel import Panel
from tests.builders import market, seen

FUND = "560850"


def accumulated(total: float, sessions: int = 60, *, hole: int | None = None) -> Panel:
    counts: list[float | None] = [100e8 + total * at / sessions for at in range(sessions + 1)]
    if hole is not None:
        counts[hole] = None
    return market(sessions + 1).fund(FUND, shares=counts, nav=1.0).panel()


def test_more_than_a_hundred_million_in_sixty_sessions_are_told() -> None:
    told = seen(FlowSum(), accumulated(1.01e8))[FUND]
    assert round(told.evidence["total"].value) == 101_000_000
    assert told.evidence["days"].value == 60
    assert told.rung == 1


def test_less_is_not() -> None:
    assert seen(FlowSum(), accumulated(0.99e8)) == {}


def test_an_outflow_of_that_size_is_not() -> None:
    assert seen(FlowSum(), accumulated(-2e8)) == {}


def test_fifty_nine_sessions_are_too_few() -> None:
    assert seen(FlowSum(), accumulated(5e8, 59)) == {}


def test_an_unpublished_session_among_them_keeps_the_sum_from_being_stated() -> None:
    assert seen(FlowSum(), accumulated(5e8, hole=30)) == {}


def test_each_tenfold_is_a_rung() -> None:
    assert seen(FlowSum(), accumulated(9.9e8))[FUND].rung == 1
    assert seen(FlowSum(), accumulated(10.1e8))[FUND].rung == 2
    assert seen(FlowSum(), accumulated(101e8))[FUND].rung == 3


def test_the_sessions_are_a_setting() -> None:
    told = seen(FlowSum(days=5), accumulated(5e8, 5))[FUND]
    assert told.evidence["days"].value == 5


def test_the_episode_begins_where_the_sum_passed_the_amount() -> None:
    panel = accumulated(3.3e8, 66)
    told = seen(FlowSum(days=60, min_total_cny=2.99e8), panel)[FUND]
    assert told.since == panel.sessions[60]


def flows(*amounts: float) -> Panel:
    """A fund of 1,000亿元 with these flows in the last sessions, 亿元."""
    counts = [1000e8, *(1000e8 + 1e8 * sum(amounts[: at + 1]) for at in range(len(amounts)))]
    return market(len(counts)).fund(FUND, shares=counts, nav=1.0).panel()


def test_twenty_sessions_are_a_kind_of_their_own() -> None:
    told = seen(FlowSumShort(), accumulated(1.01e8, 20))[FUND]
    assert (told.kind, told.evidence["days"].value) == ("flow_sum_short", 20)
    assert seen(FlowSum(), accumulated(1.01e8, 20)) == {}


def test_a_shallow_dip_is_silent_and_no_new_beginning() -> None:
    panel = flows(0.0, 0.0, 1.1, -0.2, 0.2, 0.0)
    detector = FlowSum(days=3)
    told = [one.day for one in detector.detect(panel)]
    assert panel.sessions[4] not in told
    assert seen(detector, panel, panel.sessions[5])[FUND].since == panel.sessions[3]


def test_a_deep_dip_is_one() -> None:
    panel = flows(0.0, 0.0, 1.1, -0.5, 0.5, 0.0)
    assert seen(FlowSum(days=3), panel, panel.sessions[5])[FUND].since == panel.sessions[5]

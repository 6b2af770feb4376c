"""Streaks of money and of prices."""

import pytest

from signals.core.panel import Panel
from signals.core.runs import Flat
from signals.core.signal import Basis
from signals.core.trend import Watch
from signals.streak import FallingStreak, InflowStreak, OutflowStreak, RisingStreak
from tests.builders import Series, market, seen

FUND = "159590"


def inflows(*flows: float | None, start: float = 10e8) -> list[float | None]:
    """Share counts whose changes are these; None = not published."""
    counts: list[float | None] = [start]
    last = start
    for flow in flows:
        last += flow or 0
        counts.append(None if flow is None else last)
    return counts


def flowing(*flows: float | None, nav: Series = 1.0) -> Panel:
    return market(len(flows) + 1).fund(FUND, shares=inflows(*flows), nav=nav).panel()


def test_the_third_inflow_in_a_row_is_told() -> None:
    panel = flowing(-1e7, 1e7, 2e7, 3e7)
    told = seen(InflowStreak(), panel)[FUND]
    assert {name: figure.value for name, figure in told.evidence.items()} == {"streak": 3, "flow": 3e7, "total": 6e7}
    assert (told.since, told.reached, told.rung) == (panel.sessions[2], panel.sessions[4], 3)
    assert told.strength == 0.5


def test_the_second_is_not() -> None:
    assert seen(InflowStreak(), flowing(-1e7, 1e7, 2e7)) == {}


def test_the_published_streak_of_159590_was_six_sessions_over_the_festival() -> None:
    panel = flowing(-1e7, 1e7, 2e7, 2e7, 2e7, 2e7, 2.1e7, nav=1.1)
    told = seen(InflowStreak(), panel)[FUND]
    assert told.evidence["streak"].value == 6
    assert told.evidence["total"].value > 1.1e8
    assert told.rung == 5


def test_the_second_rung_is_dated_by_its_own_session() -> None:
    panel = flowing(1e7, 1e7, 1e7, 1e7, 1e7, 1e7)
    told = seen(InflowStreak(), panel)[FUND]
    assert (told.rung, told.reached, told.since) == (5, panel.sessions[5], panel.sessions[1])


def test_a_session_without_a_flow_ends_the_streak_unless_it_is_neutral() -> None:
    panel = flowing(1e7, 1e7, 0, 1e7)
    assert seen(InflowStreak(), panel) == {}
    assert seen(InflowStreak(flat=Flat.NEUTRAL), panel)[FUND].evidence["streak"].value == 3


def test_a_flow_of_a_few_yuan_is_none_where_a_least_flow_is_set() -> None:
    panel = flowing(1e7, 1e7, 1e3)
    assert seen(InflowStreak(), panel)
    assert seen(InflowStreak(least_flow_cny=1e4), panel) == {}


def test_a_streak_that_reaches_back_to_the_first_figures_may_be_longer_and_says_so() -> None:
    assert seen(InflowStreak(), flowing(1e7, 1e7, 1e7))[FUND].evidence["open_start"].value == 1


def test_a_streak_whose_beginning_was_seen_does_not() -> None:
    assert "open_start" not in seen(InflowStreak(), flowing(-1e7, 1e7, 1e7, 1e7))[FUND].evidence


def test_a_streak_of_an_exchange_that_was_added_later_may_be_longer_too() -> None:
    """Shanghai's counts reach further back than Shenzhen's: the streak's own first figures decide."""
    world = market(6).fund(FUND, shares=[None, None, *inflows(1e7, 1e7, 1e7)], nav=1.0)
    told = seen(InflowStreak(), world.fund("510300", shares=1e9, nav=1.0).panel())[FUND]
    assert "open_start" in told.evidence


def test_an_unpublished_session_is_named_as_a_gap() -> None:
    told = seen(InflowStreak(), flowing(1e7, None, 1e7, 1e7, 1e7))[FUND]
    assert told.evidence["streak"].value == 3
    assert told.evidence["gaps"].value == 2


def test_nothing_is_told_on_an_unpublished_session() -> None:
    assert seen(InflowStreak(), flowing(1e7, 1e7, 1e7, None)) == {}


def test_an_estimated_flow_is_told_as_one() -> None:
    told = seen(InflowStreak(), flowing(1e7, 1e7, 1e7, nav=[1.0, 1.0, 1.0, None]))[FUND]
    assert told.evidence["flow"].estimated
    assert told.evidence["total"].estimated
    assert not told.evidence["streak"].estimated


def test_the_sum_of_a_streak_is_an_estimate_while_one_of_its_flows_is() -> None:
    told = seen(InflowStreak(), flowing(1e7, 1e7, 1e7, nav=[1.0, 1.0, None, 1.0]))[FUND]
    assert not told.evidence["flow"].estimated
    assert told.evidence["total"].estimated


def test_redemptions_in_a_row_are_an_outflow_streak() -> None:
    panel = flowing(-1e7, -1e7, -2e7)
    assert seen(OutflowStreak(), panel)[FUND].evidence["total"].value == -4e7
    assert seen(InflowStreak(), panel) == {}


def test_two_redemptions_are_not() -> None:
    assert seen(OutflowStreak(), flowing(1e7, -1e7, -2e7)) == {}


RISES = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05]


def test_the_fifth_rise_in_a_row_is_told_with_its_basis_and_gain() -> None:
    panel = market(6).fund(FUND, close=RISES).panel()
    told = seen(RisingStreak(), panel)[FUND]
    assert (told.evidence["streak"].value, told.basis) == (5, Basis.CLOSE)
    assert told.evidence["gain"].value == pytest.approx(0.05)
    assert told.since == panel.sessions[1]


def test_the_fourth_is_not() -> None:
    assert seen(RisingStreak(), market(5).fund(FUND, close=RISES[:5]).panel()) == {}


def test_the_longer_basis_speaks() -> None:
    nav = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06]
    panel = market(7).fund(FUND, close=[1.2, *RISES], nav=nav).panel()
    told = seen(RisingStreak(), panel)[FUND]
    assert (told.basis, told.evidence["streak"].value) == (Basis.NAV, 6)
    assert told.since == panel.sessions[1]


def test_on_a_tie_the_close_speaks() -> None:
    told = seen(RisingStreak(), market(6).fund(FUND, close=RISES, nav=RISES).panel())[FUND]
    assert told.basis is Basis.CLOSE


def test_until_the_nav_is_out_the_close_speaks_for_itself() -> None:
    nav = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05, None]
    told = seen(RisingStreak(), market(7).fund(FUND, close=[1.2, *RISES], nav=nav).panel())[FUND]
    assert (told.basis, told.evidence["streak"].value) == (Basis.CLOSE, 5)


def test_one_basis_alone_may_be_watched() -> None:
    panel = market(7).fund(FUND, close=[1.2, *RISES], nav=[1.0, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06]).panel()
    assert seen(RisingStreak(basis=Watch.CLOSE), panel)[FUND].basis is Basis.CLOSE
    assert seen(RisingStreak(basis=Watch.NAV), panel)[FUND].basis is Basis.NAV


def test_a_flat_session_breaks_a_rise_unless_it_counts() -> None:
    panel = market(7).fund(FUND, close=[1.0, 1.01, 1.02, 1.02, 1.03, 1.04, 1.05]).panel()
    assert seen(RisingStreak(), panel) == {}
    assert seen(RisingStreak(flat=Flat.COUNTS), panel)[FUND].evidence["streak"].value == 6


def test_a_rise_within_the_least_move_does_not_count() -> None:
    panel = market(6).fund(FUND, close=RISES).panel()
    assert seen(RisingStreak(least_move=0.02), panel) == {}


def test_the_fifth_fall_in_a_row_is_told() -> None:
    panel = market(6).fund(FUND, close=RISES[::-1]).panel()
    told = seen(FallingStreak(), panel)[FUND]
    assert told.evidence["gain"].value == pytest.approx(1 / 1.05 - 1)
    assert seen(RisingStreak(), panel) == {}


def test_the_fourth_fall_is_not() -> None:
    assert seen(FallingStreak(), market(5).fund(FUND, close=RISES[::-1][1:]).panel()) == {}


def test_the_price_of_a_money_fund_creeps_up_and_is_no_streak() -> None:
    world = market(6).fund("511880", words={"fund_class": "money"}, close=RISES, nav=RISES)
    assert seen(RisingStreak(), world.panel()) == {}
    assert seen(FallingStreak(), world.fund("511880", close=RISES[::-1]).panel()) == {}


def test_a_suspended_session_in_between_leaves_the_streak_alone() -> None:
    closes = [1.0, 1.01, 1.02, 1.03, 1.03, 1.04, 1.05]
    world = market(7).fund(FUND, close=closes, volume=[1e6] * 4 + [0] + [1e6] * 2)
    assert seen(RisingStreak(), world.panel())[FUND].evidence["streak"].value == 5

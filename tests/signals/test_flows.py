"""Primary-market money: the formula, what is unknown, what is only estimated, streaks and sums (2.5)."""

from datetime import date

import numpy as np
import pytest

from signals.core.flows import FLOW, FLOW_5, INFLOW_STREAK, INFLOW_STREAK_SUM, flow_sum
from signals.core.laying import lay_panel
from signals.core.panel import Panel
from signals.core.quantity import Quantity
from signals.core.snapshot import Dataset
from tests.builders import Series, market, moment, snapshot

NAN = float("nan")


def fund(days: int, **series: Series) -> Panel:
    return market(days).fund("159590", **series).panel()


def on(quantity: Quantity, panel: Panel) -> list[float]:
    return [float(one) for one in quantity.on(panel).values[:, 0]]


def test_the_flow_is_the_change_of_shares_at_the_nav_of_the_day() -> None:
    panel = fund(2, shares=[1e8, 1.1e8], nav=[2.0, 1.572])
    assert on(FLOW, panel)[1] == pytest.approx(1572e4)


def test_a_redemption_is_negative() -> None:
    assert on(FLOW, fund(2, shares=[1.1e8, 1e8], nav=2.0))[1] == pytest.approx(-2000e4)


@pytest.mark.parametrize("nav", [1.0, 3.0])
def test_without_a_close_a_listed_split_is_told_by_the_nav_from_before_it(nav: float) -> None:
    panel = fund(3, shares=[4e8, 4e8, 11e8], nav=[3.0, 3.0, nav], split=[None, None, 3.0])
    assert on(FLOW, panel)[-1] == pytest.approx(-1e8)


def test_the_first_session_has_no_flow() -> None:
    assert np.isnan(on(FLOW, fund(1, shares=1e8, nav=1.0))[0])


def test_a_new_listing_has_no_flow_on_its_first_day() -> None:
    np.testing.assert_array_equal(on(FLOW, fund(3, shares=[None, 1e8, 1e8], nav=1.0)), [NAN, NAN, 0])


def test_a_count_that_is_not_out_yet_is_unknown_and_not_zero() -> None:
    assert np.isnan(on(FLOW, fund(3, shares=[1e8, 1e8, None], nav=1.0))[2])


def test_the_flow_of_a_cross_border_fund_is_over_its_latest_nav_and_marked() -> None:
    panel = fund(3, shares=[1e8, 1e8, 1.1e8], nav=[1.0, 1.2, None], iopv=1.5, close=1.5)
    figure = panel.figure(FLOW.on(panel), 2, 0)
    assert figure.value == pytest.approx(0.1e8 * 1.2)
    assert figure.estimated


def test_the_flow_over_its_own_nav_is_not_marked() -> None:
    panel = fund(2, shares=[1e8, 1.1e8], nav=1.0)
    assert not panel.figure(FLOW.on(panel), 1, 0).estimated


def test_once_the_nav_is_out_the_mark_goes_and_the_figure_moves() -> None:
    world = market(2).fund("513001", shares=[1e8, 1.1e8], nav=[1.0, 1.3])
    evening = moment(world.sessions[1], "21:30")
    late = [one for one in world.snapshots() if not (one.dataset is Dataset.NAV and one.day == world.sessions[1])]
    assert len(late) == len(world.snapshots()) - 1
    nav = snapshot(Dataset.NAV, world.sessions[1], {"513001": {"nav": 1.3}}, known_at=moment(date(2025, 2, 12)))
    before, after = (lay_panel([*late, nav], world.sessions, asof) for asof in (evening, moment(date(2025, 2, 13))))
    assert (on(FLOW, before)[1], on(FLOW, after)[1]) == (pytest.approx(1e7), pytest.approx(1.3e7))
    assert FLOW.on(before).soft[1, 0]
    assert not FLOW.on(after).soft[1, 0]


def test_an_evening_count_of_szse_marks_the_flow_of_its_day_and_of_the_next() -> None:
    world = market(4).fund("159590", shares=[1e8, 1e8, None, 1.1e8], nav=1.0)
    rows = {"159590": {"shares": 1.05e8}}
    panel = world.panel(snapshot(Dataset.SHARES, world.sessions[2], rows, scope="SZSE", provisional=True))
    assert FLOW.on(panel).soft[:, 0].tolist() == [False, False, True, True]


def test_the_final_count_of_the_morning_takes_the_mark_away() -> None:
    world = market(2).fund("159590", shares=1e8, nav=1.0)
    day = world.sessions[1]
    rows = {"159590": {"shares": 1.05e8}}
    evening = snapshot(Dataset.SHARES, day, rows, scope="SZSE", provisional=True, known_at=moment(day, "20:00"))
    panel = world.panel(evening)
    assert on(FLOW, panel)[1] == 0
    assert not FLOW.on(panel).soft[1, 0]


def test_inflows_in_a_row_are_counted_and_added_up() -> None:
    panel = fund(5, shares=[1e8, 1.1e8, 1.2e8, 1.3e8, 1.2e8], nav=1.0)
    assert on(INFLOW_STREAK, panel)[1:] == [1, 2, 3, 0]
    total = on(INFLOW_STREAK_SUM, panel)
    assert total[1:4] == pytest.approx([1e7, 2e7, 3e7])
    assert np.isnan(total[4])


def test_a_session_without_a_flow_breaks_the_streak() -> None:
    assert on(INFLOW_STREAK, fund(4, shares=[1e8, 1.1e8, 1.1e8, 1.2e8], nav=1.0))[1:] == [1, 0, 1]


def test_a_session_whose_count_is_unknown_breaks_only_the_claim() -> None:
    streak = on(INFLOW_STREAK, fund(6, shares=[1e8, 1.1e8, None, 1.2e8, 1.3e8, 1.4e8], nav=1.0))
    np.testing.assert_array_equal(streak, [NAN, 1, NAN, NAN, 2, 3])


def test_inflows_before_and_after_the_spring_festival_are_in_a_row() -> None:
    panel = fund(8, shares=[1e8 + at * 1e6 for at in range(8)], nav=1.0)
    assert panel.sessions[2:4] == (date(2025, 1, 27), date(2025, 2, 5))
    assert on(INFLOW_STREAK, panel)[-1] == 7


def test_a_sum_over_five_sessions_needs_five_flows() -> None:
    panel = fund(7, shares=[1e8 + at * 1e6 for at in range(7)], nav=2.0)
    np.testing.assert_allclose(on(FLOW_5, panel), [NAN] * 5 + [1e7, 1e7])


def test_a_sum_is_unknown_while_one_of_its_flows_is() -> None:
    shares = [1e8 + at * 1e6 for at in range(8)]
    panel = fund(8, shares=[*shares[:3], None, *shares[4:]], nav=2.0)
    assert np.isnan(on(FLOW_5, panel)).all()


def test_a_sum_is_marked_while_one_of_its_flows_is() -> None:
    world = market(5).fund("159590", shares=[1e8, None, 1.2e8, 1.3e8, 1.4e8], nav=1.0)
    rows = {"159590": {"shares": 1.1e8}}
    panel = world.panel(snapshot(Dataset.SHARES, world.sessions[1], rows, scope="SZSE", provisional=True))
    assert flow_sum(2).on(panel).soft[2:, 0].tolist() == [True, True, False]


def test_the_sum_of_a_streak_is_marked_while_one_of_its_flows_is() -> None:
    world = market(5).fund("159590", shares=[1e8, None, 1.2e8, 1.3e8, 1.4e8], nav=1.0)
    rows = {"159590": {"shares": 1.1e8}}
    panel = world.panel(snapshot(Dataset.SHARES, world.sessions[1], rows, scope="SZSE", provisional=True))
    assert not FLOW.on(panel).soft[4, 0]
    assert INFLOW_STREAK_SUM.on(panel).soft[4, 0]


def test_a_worthless_nav_does_not_make_a_flow_of_nothing() -> None:
    flow = on(FLOW, fund(3, shares=[1e8, 1.1e8, 1.2e8], nav=[1.0, 0.0, 1.0]))
    assert flow[1] == pytest.approx(1e7)


def test_a_sum_has_a_name_of_its_own_length() -> None:
    assert (FLOW_5.name, flow_sum(30).name) == ("flow_5", "flow_30")
    assert flow_sum(30).label.zh == "近30日净流入"

"""Totals over groups of funds: what is summed, and when nothing may be said."""

import numpy as np
import pytest

from signals.core.field import Axis, Unit
from signals.core.flows import FLOW
from signals.core.group_flows import (
    GROUP_FLOW,
    GROUP_FLOW_5,
    GROUP_FUNDS,
    GROUP_FUNDS_OF,
    GROUP_INFLOW_STREAK,
    GROUP_INFLOW_SUM,
    GROUP_OUTFLOW_STREAK,
    GROUP_OUTFLOW_SUM,
)
from signals.core.laying import lay_panel
from signals.core.panel import Panel
from signals.core.quantity import Quantity
from tests.builders import CALENDAR, LAST_DAY, Market, Series, market, moment

SSE = tuple(f"51{number:04}" for number in range(10))
SZSE = tuple(f"15{number:04}" for number in range(10))
NAN = float("nan")
BROAD = {"index_code": "000300", "index_name": "沪深300"}


def world(days: int = 3, codes: tuple[str, ...] = (*SSE, *SZSE), shares: Series = None) -> Market:
    """Funds of both exchanges on one broad index, each taking in 1000万 a day at a NAV of 1."""
    grown: Series = [1e8 + 1e7 * day for day in range(days)] if shares is None else shares
    return market(days).funds(codes, words=BROAD, close=1.0, nav=1.0, shares=grown)


def total(panel: Panel, quantity: Quantity = GROUP_FLOW[Axis.CLASS], subject: str = "broad") -> list[float]:
    return [round(float(one), 2) for one in quantity.on(panel).values[:, panel.column(quantity.axis, subject)]]


def but(made: Market, codes: tuple[str, ...], shares: Series) -> Panel:
    return made.funds(codes, words=BROAD, shares=shares).panel()


def test_the_total_is_the_sum_of_the_members() -> None:
    panel = world().panel()
    assert total(panel)[1:] == [2e8, 2e8]
    assert total(panel, GROUP_FLOW[Axis.TRACKED], "000300")[1:] == [2e8, 2e8]
    assert total(panel, GROUP_FUNDS[Axis.CLASS])[1:] == [20, 20]


def test_it_equals_a_plain_sum_over_funds_of_mixed_classes() -> None:
    made = world(6).fund(
        "518880", words={"fund_class": "commodity"}, nav=5.0, close=5.0, shares=[2e8, 2.1e8, 1.9e8, 1.9e8, 2e8, 2.2e8]
    )
    made = made.fund(
        "512480", words={"index_code": "H30184"}, nav=2.0, close=2.0, shares=[1e8, 1e8, 1.1e8, 1.1e8, 1.2e8, 1e8]
    )
    panel = made.panel()
    flow = FLOW.on(panel).values
    for subject, codes in (("commodity", ["518880"]), ("sector", ["512480"]), ("broad", [*SSE, *SZSE])):
        columns = [panel.column(Axis.FUND, code) for code in codes]
        np.testing.assert_allclose(total(panel, subject=subject)[1:], flow[1:, columns].sum(axis=1))


def test_a_class_without_funds_has_no_total() -> None:
    assert np.isnan(total(world().panel(), subject="money")).all()


@pytest.mark.parametrize(("missing", "told"), [(1, True), (2, True), (3, False)])
def test_nine_tenths_of_the_funds_must_be_known(missing: int, told: bool) -> None:
    panel = but(world(), SSE[:missing], [1e8, 1.1e8, 0.0])
    assert np.isfinite(total(panel)[-1]) == told
    if told:
        assert total(panel)[-1] == (20 - missing) * 1e7
        assert total(panel, GROUP_FUNDS[Axis.CLASS])[-1] == 20 - missing
        assert total(panel, GROUP_FUNDS_OF[Axis.CLASS])[-1] == 20


def test_nine_tenths_of_the_money_must_be_known_too() -> None:
    giant = world().fund("519999", words=BROAD, close=1.0, nav=1.0, shares=[9e9, 9e9, None])
    assert total(giant.panel())[1] == 2e8
    assert np.isnan(total(giant.panel())[-1])


def test_while_an_exchange_has_not_told_there_is_no_total_however_few_its_funds() -> None:
    few = world(3, (*SSE, *(f"52{number:04}" for number in range(10)), "159901"))
    told = but(few, ("159901",), [1e8, 1.1e8, 1.2e8])
    silent = but(few, ("159901",), [1e8, 1.1e8, None])
    assert total(told)[-1] == 21e7
    assert np.isnan(total(silent)[-1])


def test_nor_on_the_session_after_one_of_which_an_exchange_has_not_told() -> None:
    few = world(3, (*SSE, *(f"52{number:04}" for number in range(10)), "159901"))
    assert np.isnan(total(but(few, ("159901",), [1e8, None, 1.2e8]))[1:]).all()


def test_a_group_of_one_exchange_does_not_wait_for_the_other() -> None:
    panel = (
        world(3, SSE).funds(SZSE, words={"index_code": "399006"}, close=1.0, nav=1.0, shares=[1e8, 1e8, None]).panel()
    )
    assert total(panel, GROUP_FLOW[Axis.TRACKED], "000300")[-1] == 1e8
    assert np.isnan(total(panel, GROUP_FLOW[Axis.TRACKED], "399006")[-1])


def test_a_fund_that_is_gone_is_not_waited_for() -> None:
    days = 40
    made = world(days).funds(("519998", "519999"), words=BROAD, close=[1.0, *[None] * 39], shares=[1e8, *[None] * 39])
    panel = made.panel()
    assert total(panel, GROUP_FUNDS_OF[Axis.CLASS])[-1] == 20
    assert total(panel, GROUP_FUNDS_OF[Axis.CLASS])[2] == 22


def test_what_only_the_next_price_explained_is_never_in_the_total_of_its_day() -> None:
    split = world(4).fund(
        "519999",
        words=BROAD,
        nav=[1.0, 0.5, 0.5, 0.5],
        close=[1.0, 1.0, 0.5, 0.5],
        prev_close=[1.0, 1.0, 0.5, 0.5],
        shares=[1e8, 2e8, 2e8, 2e8],
    )
    panel = split.panel()
    early = panel.until(panel.sessions[1])
    assert total(panel)[1] == total(early)[1]


def test_a_total_is_soft_where_one_of_its_flows_is() -> None:
    made = world(3)
    late = made.funds(SSE[:1], words=BROAD, nav=[1.0, 1.0, None]).panel()
    soft = GROUP_FLOW[Axis.CLASS].on(late).soft[:, late.column(Axis.CLASS, "broad")]
    assert soft.tolist() == [False, False, True]
    figure = GROUP_FLOW[Axis.CLASS].figure(late, "broad")
    assert figure is not None
    assert (figure.estimated, figure.unit, figure.day) == (True, Unit.CNY, LAST_DAY)


def test_a_total_names_all_who_gave_a_part() -> None:
    figure = GROUP_FLOW[Axis.CLASS].figure(world().panel(), "broad")
    assert figure is not None
    assert figure.source == "etf_nav.sse, etf_nav.szse, etf_shares.sse, etf_shares.szse"


def test_before_the_other_exchange_has_told_the_newest_figure_is_that_of_the_session_before() -> None:
    made = but(world(), SZSE, [1e8, 1.1e8, None])
    figure = GROUP_FLOW[Axis.CLASS].figure(made, "broad")
    assert figure is not None
    assert figure.day == CALENDAR.before(LAST_DAY)


def test_streaks_and_their_sums_follow_the_total() -> None:
    panel = world(5, shares=[1.0e8, 0.9e8, 1.1e8, 1.2e8, 1.3e8]).panel()
    assert total(panel, GROUP_INFLOW_STREAK[Axis.CLASS])[1:] == [0, 1, 2, 3]
    assert total(panel, GROUP_OUTFLOW_STREAK[Axis.CLASS])[1:] == [1, 0, 0, 0]
    assert total(panel, GROUP_INFLOW_SUM[Axis.CLASS])[-1] == 8e8
    assert total(panel, GROUP_OUTFLOW_SUM[Axis.CLASS])[1] == -2e8
    assert np.isnan(total(panel, GROUP_OUTFLOW_SUM[Axis.CLASS])[-1])


def test_a_sum_over_sessions_needs_each_of_them() -> None:
    panel = world(7).panel()
    assert np.isnan(total(panel, GROUP_FLOW_5[Axis.CLASS])[4])
    assert total(panel, GROUP_FLOW_5[Axis.CLASS])[-1] == 1e9


def test_an_empty_panel_has_no_totals() -> None:
    panel = lay_panel([], (), moment(LAST_DAY))
    assert GROUP_FLOW[Axis.CLASS].on(panel).values.shape == (0, 6)
    assert GROUP_FLOW[Axis.TRACKED].on(panel).values.shape == (0, 0)

"""The newest figure of a quantity: per publisher, never older than a week."""

from datetime import date

from signals.core.field import SHARES, Axis
from signals.core.flows import FLOW
from signals.core.market import FINANCING_BALANCE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import CLOSE_PRICE, INDEX_CHANGE
from signals.core.quantity import STALE_SESSIONS
from signals.core.sizes import SHARE_COUNT
from signals.core.values import PREMIUM_NAV
from tests.builders import market


def shares(panel: Panel, code: str) -> tuple[float, date] | None:
    figure = SHARE_COUNT.figure(panel, code)
    return figure and (figure.value, figure.day)


def test_the_newest_figure_is_that_of_the_newest_table() -> None:
    panel = market(3).fund("560850", shares=[1e8, 2e8, None]).panel()
    assert shares(panel, "560850") == (2e8, panel.sessions[1])


def test_each_exchange_has_its_own_newest_table() -> None:
    panel = market(2).fund("560850", shares=[1e8, 2e8]).fund("159590", shares=[3e8, None]).panel()
    assert shares(panel, "560850") == (2e8, panel.sessions[1])
    assert shares(panel, "159590") == (3e8, panel.sessions[0])


def test_a_fund_that_its_exchanges_newest_table_leaves_out_is_unknown() -> None:
    panel = market(2).fund("560850", shares=[1e8, None]).fund("510300", shares=[1e8, 2e8]).panel()
    assert shares(panel, "560850") is None


def test_a_figure_of_five_sessions_ago_is_shown_and_one_of_six_is_not() -> None:
    days = STALE_SESSIONS + 1
    world = market(days).fund("159590", close=1.0)
    assert shares(world.fund("560850", shares=[None, 1e8, *[None] * (days - 2)]).panel(), "560850") is not None
    assert shares(world.fund("560850", shares=[1e8, *[None] * (days - 1)]).panel(), "560850") is None


def test_a_quantity_of_two_needs_waits_for_both() -> None:
    panel = market(2).fund("560850", close=[1.0, 1.1], nav=[1.0, None]).panel()
    figure = PREMIUM_NAV.figure(panel, "560850")
    assert figure is not None
    assert figure.day == panel.sessions[0]


def test_who_is_not_in_the_panel_has_no_figure() -> None:
    assert SHARE_COUNT.figure(market(1).fund("560850", shares=1e8).panel(), "510300") is None


def test_who_has_no_base_has_none_either() -> None:
    assert FLOW.figure(market(1).fund("560850", shares=1e8, nav=1.0).panel(), "560850") is None


def test_the_newest_rows_of_nobody_are_none() -> None:
    assert SHARE_COUNT.newest_rows(market(2).panel()).tolist() == []


def test_a_short_panel_is_read_to_its_end() -> None:
    panel = market(2).fund("560850", close=1.0).panel()
    assert CLOSE_PRICE.newest_rows(panel).tolist() == [1]


def test_indices_and_markets_have_one_publisher() -> None:
    world = market(2).index("000300", [4000, 4040]).margin("SSE", financing=9e11).margin("SZSE", financing=8e11)
    panel = world.panel()
    change = INDEX_CHANGE.figure(panel, "000300")
    balance = FINANCING_BALANCE.figure(panel, BOTH_EXCHANGES)
    assert change is not None
    assert balance is not None
    assert (round(change.value, 9), balance.value) == (0.01, 1.7e12)


def test_a_quantity_knows_its_axis_and_its_needs() -> None:
    assert (FLOW.axis, FLOW.needs) == (Axis.FUND, frozenset({SHARES}))

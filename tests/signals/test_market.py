"""Margin of both exchanges: the sum of two that are present, or nothing (2.7)."""

import numpy as np
import pytest

from signals.core.field import Axis, Unit
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE, MARGIN_BALANCE, SHORT_BALANCE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.quantity import Quantity
from signals.core.snapshot import Dataset
from tests.builders import Series, market, moment, snapshot

NAN = float("nan")


def margin(days: int, sse: Series, szse: Series) -> Panel:
    return market(days).margin("SSE", financing=sse).margin("SZSE", financing=szse).panel()


def both(quantity: Quantity, panel: Panel) -> list[float]:
    return [float(one) for one in quantity.on(panel).values[:, panel.column(Axis.MARKET, BOTH_EXCHANGES)]]


def test_both_markets_are_shanghai_and_shenzhen() -> None:
    assert both(FINANCING_BALANCE, margin(1, 9e11, 8e11)) == [1.7e12]


def test_without_one_exchange_there_is_no_figure() -> None:
    np.testing.assert_array_equal(both(FINANCING_BALANCE, margin(2, [9e11, 9e11], [8e11, None])), [1.7e12, NAN])


def test_beijing_is_no_part_of_it() -> None:
    world = market(1).margin("SSE", financing=9e11).margin("SZSE", financing=8e11).margin("BSE", financing=6e9)
    assert both(FINANCING_BALANCE, world.panel()) == [1.7e12]


def test_the_series_of_three_markets_does_not_stand_in_for_that_of_two() -> None:
    world = market(1).margin("SSE+SZSE+BSE", financing=1.706e12)
    assert np.isnan(both(FINANCING_BALANCE, world.panel())[0])


def test_a_published_sum_stands_where_the_parts_do_not() -> None:
    world = market(1).margin(BOTH_EXCHANGES, financing=1.7e12)
    panel = world.panel()
    assert both(FINANCING_BALANCE, panel) == [1.7e12]
    column = panel.column(Axis.MARKET, BOTH_EXCHANGES)
    assert panel.figure(FINANCING_BALANCE.on(panel), 0, column).source == f"margin.{BOTH_EXCHANGES.lower()}"


def test_a_sum_names_the_sources_of_its_parts() -> None:
    panel = margin(1, 9e11, 8e11)
    column = panel.column(Axis.MARKET, BOTH_EXCHANGES)
    assert panel.figure(FINANCING_BALANCE.on(panel), 0, column).source == "margin.sse, margin.szse"


def test_a_sum_of_a_provisional_part_is_provisional() -> None:
    world = market(1).margin("SSE", financing=9e11)
    rows = {"SZSE": {"financing": 8e11}}
    panel = world.panel(snapshot(Dataset.MARGIN, world.sessions[0], rows, scope="SZSE", provisional=True))
    assert panel.figure(FINANCING_BALANCE.on(panel), 0, panel.column(Axis.MARKET, BOTH_EXCHANGES)).estimated


def test_the_published_changes_of_february_2025_add_up() -> None:
    balances = np.cumsum([17_500, 197.97, 146.06, 108.76, 190.57]) * 1e8
    panel = margin(6, [*(balances * 0.52), None], [*(balances * 0.48), None])
    changes = both(FINANCING_CHANGE, panel)
    assert changes[1:5] == pytest.approx([197.97e8, 146.06e8, 108.76e8, 190.57e8])
    assert sum(changes[1:5]) == pytest.approx(643.36e8)
    assert FINANCING_CHANGE.on(panel).unit is Unit.CNY_CHANGE


def test_a_change_is_never_that_of_one_exchange() -> None:
    panel = margin(4, [9e11, 9.1e11, 9.2e11, 9.3e11], [8e11, None, 8.1e11, 8.2e11])
    np.testing.assert_allclose(both(FINANCING_CHANGE, panel), [NAN, NAN, NAN, 2e10])


def test_a_change_against_a_provisional_balance_is_provisional() -> None:
    world = market(2).margin("SSE", financing=9e11).margin("SZSE", financing=[None, 8e11])
    rows = {"SZSE": {"financing": 8e11}}
    panel = world.panel(snapshot(Dataset.MARGIN, world.sessions[0], rows, scope="SZSE", provisional=True))
    assert FINANCING_CHANGE.on(panel).soft[1, panel.column(Axis.MARKET, BOTH_EXCHANGES)]


def test_the_three_balances_are_three_quantities() -> None:
    world = market(1).margin("SSE", financing=9e11, short=1e10, total=9.1e11)
    panel = world.margin("SZSE", financing=8e11, short=2e10, total=8.2e11).panel()
    assert both(SHORT_BALANCE, panel) == [3e10]
    assert both(MARGIN_BALANCE, panel) == [1.73e12]


def test_before_shenzhen_has_published_the_newest_sum_is_that_of_the_day_before() -> None:
    world = market(2).margin("SSE", financing=[9e11, 9.1e11]).margin("SZSE", financing=[8e11, 8.1e11])
    early = [one for one in world.snapshots() if not (one.scope == "SZSE" and one.day == world.sessions[1])]
    assert len(early) == 3
    panel = market(2).panel(*early, asof=moment(world.sessions[1].replace(day=12), "08:57"))
    figure = FINANCING_BALANCE.figure(panel, BOTH_EXCHANGES)
    assert figure is None or (figure.day, figure.value) == (world.sessions[0], 1.7e12)


def test_a_market_without_margin_has_no_figure() -> None:
    panel = market(1).fund("510300", close=1.0).panel()
    assert np.isnan(both(FINANCING_CHANGE, panel)).all()

"""杠杆资金: the financing balance of one fund and its change (2.7)."""

import numpy as np

from signals.core.field import Unit
from signals.core.financing import FUND_BALANCE, FUND_FINANCING_CHANGE, FUND_FINANCING_STREAK
from signals.core.panel import Panel
from signals.core.snapshot import Dataset
from tests.builders import LAST_DAY, cell, market, snapshot

FUND = "588000"


def borrowed(*balances: float | None) -> Panel:
    return market(len(balances)).fund(FUND, fund_financing=list(balances)).panel()


def test_the_change_of_the_balance_is_the_net_purchase() -> None:
    panel = borrowed(10e8, 10.2e8, 10.1e8)
    change = FUND_FINANCING_CHANGE.on(panel)
    assert [round(cell(change.values, panel, FUND, row)) for row in (1, 2)] == [20_000_000, -10_000_000]
    assert change.unit is Unit.CNY_CHANGE


def test_nothing_is_unknown_and_no_repayment() -> None:
    panel = borrowed(10e8, 0.0, 10e8)
    assert np.isnan(cell(FUND_BALANCE.on(panel).values, panel, FUND, 1))
    assert np.isnan(FUND_FINANCING_CHANGE.on(panel).values).all()


def test_a_streak_counts_purchases_in_a_row() -> None:
    panel = borrowed(10e8, 10.1e8, 10.2e8, 10.1e8, 10.3e8)
    streak = FUND_FINANCING_STREAK.on(panel).values
    np.testing.assert_array_equal([cell(streak, panel, FUND, row) for row in range(5)], [np.nan, 1, 2, 0, 1])


def test_a_provisional_list_makes_the_change_an_estimate() -> None:
    soft = snapshot(Dataset.MARGIN_DETAIL, LAST_DAY, {FUND: {"fund_financing": 10.2e8}}, scope="SSE", provisional=True)
    panel = market(2).fund(FUND, fund_financing=[10e8, None]).panel(soft)
    assert FUND_FINANCING_CHANGE.on(panel).soft[-1, 0]
    assert not FUND_FINANCING_CHANGE.on(borrowed(10e8, 10.2e8)).soft.any()

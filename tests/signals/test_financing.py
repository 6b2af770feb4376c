"""杠杆资金: a fund bought with borrowed money for sessions in a row, or repaid (2.7)."""

from itertools import accumulate

import pytest

from signals.core.panel import Panel
from signals.core.signal import Signal
from signals.financing import FinancingFall, FinancingRise, FinancingStreak
from tests.builders import market, seen

FUND = "588000"


def borrowed(*changes: float | None, base: float = 10e8) -> Panel:
    """Changes of the balance in 万元; None = the list leaves the fund out."""
    sums = accumulate((change or 0.0 for change in changes), initial=base / 1e4)
    series = [one * 1e4 for one in sums]
    told = [series[0], *(None if change is None else one for change, one in zip(changes, series[1:], strict=True))]
    return market(len(series)).fund(FUND, fund_financing=told).panel()


def streak(detector: FinancingStreak, panel: Panel) -> Signal | None:
    return seen(detector, panel).get(FUND)


def test_five_purchases_in_a_row_are_told() -> None:
    panel = borrowed(-100, 760, 1430, 1840, 1750, 1870)
    told = streak(FinancingRise(), panel)
    assert told is not None
    assert (told.evidence["streak"].value, told.rung) == (5, 5)
    assert told.evidence["change"].value == pytest.approx(1870e4)
    assert told.evidence["total"].value == pytest.approx(7650e4)
    assert told.since == panel.sessions[2]


def test_four_are_not() -> None:
    assert streak(FinancingRise(), borrowed(-100, 3000, 1430, 1840, 1750)) is None


def test_repayments_are_the_mirror() -> None:
    told = streak(FinancingFall(), borrowed(100, -2000, -1000, -1000, -1000, -1500))
    assert told is not None
    assert told.evidence["total"].value == pytest.approx(-6500e4)
    assert streak(FinancingRise(), borrowed(100, -2000, -1000, -1000, -1000, -1500)) is None


def test_a_small_sum_is_none_until_it_has_grown() -> None:
    assert streak(FinancingRise(), borrowed(-1, *[900.0] * 5)) is None
    panel = borrowed(-1, *[900.0] * 6)
    told = streak(FinancingRise(), panel)
    assert told is not None
    assert told.reached == panel.sessions[-1]


def test_a_sum_that_is_small_for_the_fund_is_none() -> None:
    assert streak(FinancingRise(), borrowed(-100, *[1500.0] * 5, base=50e8)) is None
    assert streak(FinancingRise(min_share=0.01), borrowed(-100, *[1500.0] * 5, base=50e8)) is not None


def test_a_list_that_leaves_the_fund_out_breaks_nothing_and_is_said() -> None:
    told = streak(FinancingRise(), borrowed(-100, 2000, 2000, None, 2000, 2000, 2000, 2000))
    assert told is not None
    assert told.evidence["gaps"].value == 2


def test_a_streak_as_old_as_the_data_says_so() -> None:
    told = streak(FinancingRise(), borrowed(*[1500.0] * 5))
    assert told is not None
    assert "open_start" in told.evidence


def test_an_empty_balance_is_unknown_and_no_repayment() -> None:
    balances: list[float | None] = [10e8, 9.9e8, 9.8e8, 9.6e8, 9.4e8, 0.0]
    panel = market(6).fund(FUND, fund_financing=balances).panel()
    assert streak(FinancingFall(), panel) is None

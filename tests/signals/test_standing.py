"""How a fund's figure of the day stands against its own past."""

import numpy as np
import pytest

from signals.core.field import Unit
from signals.core.standing import (
    AMOUNT_RATIO_20,
    FLOW_SHARE_PERCENTILE,
    PREMIUM_PERCENTILE,
    PREMIUM_ZSCORE,
    amount_ratio,
    own_past,
    place_in_past,
)
from signals.core.values import PREMIUM_IOPV
from tests.builders import cell, market

FUND = "510300"


def test_traded_value_is_a_multiple_of_the_mean_before_it() -> None:
    panel = market(4).fund(FUND, close=1.0, volume=1e6, amount=[1e8, 2e8, 3e8, 6e8]).panel()
    assert cell(amount_ratio(3, 1).on(panel).values, panel, FUND) == 3.0
    assert cell(amount_ratio(2, 1).on(panel).values, panel, FUND) == pytest.approx(6 / 2.5)
    assert np.isnan(cell(amount_ratio(3, 4).on(panel).values, panel, FUND))


def test_a_suspended_session_is_neither_compared_nor_in_the_mean() -> None:
    panel = market(3).fund(FUND, close=1.0, volume=[1e6, 0.0, 1e6], amount=[1e8, 0.0, 2e8]).panel()
    ratio = amount_ratio(2, 1).on(panel).values
    assert np.isnan(cell(ratio, panel, FUND, 1))
    assert cell(ratio, panel, FUND) == 2.0


def test_a_mean_of_nothing_is_no_base() -> None:
    panel = market(2).fund(FUND, close=1.0, volume=1e6, amount=[0.0, 2e8]).panel()
    assert np.isnan(cell(amount_ratio(1, 1).on(panel).values, panel, FUND))


def test_the_place_counts_from_the_farthest() -> None:
    values = np.array([[3.0], [1.0], [2.0], [2.5]])
    place, of = place_in_past(values, np.array([[np.nan], [0.0], [0.5], [2 / 3]]), 10)
    assert place[1:, 0].tolist() == [2, 2, 2]
    assert of[:, 0].tolist() == [1, 2, 3, 4]


def test_nobody_is_before_the_first() -> None:
    values = np.arange(5.0)[:, None]
    place, _ = place_in_past(values, np.ones((5, 1)), 10)
    assert place[:, 0].tolist() == [1] * 5


def test_one_look_at_the_past_serves_everyone() -> None:
    panel = market(2).fund(FUND, close=1.0, iopv=1.0).panel()
    assert own_past(PREMIUM_IOPV, 60, 40) is own_past(PREMIUM_IOPV, 60, 40)
    assert panel.derive(own_past(PREMIUM_IOPV, 60, 40)) is panel.derive(own_past(PREMIUM_IOPV, 60, 40))


def test_names_and_units_say_what_is_compared() -> None:
    panel = market(1).fund(FUND, close=1.0).panel()
    told = {one.name: one.on(panel).unit for one in (AMOUNT_RATIO_20, PREMIUM_ZSCORE, PREMIUM_PERCENTILE)}
    assert told == {
        "amount_ratio_20": Unit.TIMES,
        "premium_zscore_60": Unit.DEVIATIONS,
        "premium_percentile_60": Unit.PERCENTILE,
    }
    assert FLOW_SHARE_PERCENTILE.label.zh == "净流入占规模近250日分位"

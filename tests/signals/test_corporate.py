"""Splits wherever one of three series shows them: found, placed and applied once."""

import numpy as np
import pytest

from signals.core.corporate import find_actions
from signals.core.flows import FLOW
from signals.core.panel import Panel
from signals.core.prices import CHANGE, TURNOVER
from signals.core.sizes import AUM, SHARE_GROWTH_YTD
from signals.core.values import NAV_CHANGE
from signals.streak import InflowStreak, OutflowStreak
from tests.builders import Market, Series, cell, market, seen

NAN = float("nan")
T = 2
"""Row of the session on whose evening the share table shows the split."""


def chip_fund(*, nav: float = 1.261, shares: Series = (30e8, 30e8, 89e8, 88.8e8, 88.7e8, 88.6e8)) -> Market:
    """588710 splits 1:3: share count on T, prices on T+1, and the NAV of T on either scale."""
    return market(6).fund(
        "588710",
        close=[3.80, 3.78, 3.783, 1.270, 1.250, 1.260],
        prev_close=[None, 3.80, 3.78, 1.261, 1.270, 1.250],
        nav=[3.80, 3.78, nav, 1.27, 1.25, 1.26],
        shares=shares,
    )


def on_the_evening_of(panel: Panel, row: int) -> Panel:
    return panel.until(panel.sessions[row])


def simple(shares: Series, **series: Series) -> Panel:
    """A fund at 1.000 for ever, with six share counts."""
    return market(6).fund("510001", nav=1.0, shares=shares, **{"close": 1.0, **series}).panel()


@pytest.mark.parametrize("nav", [1.261, 3.783])
def test_the_split_of_588710_reads_as_the_redemption_it_was(nav: float) -> None:
    panel = chip_fund(nav=nav).panel()
    naive = (89e8 - 30e8) * 1.261
    assert naive == pytest.approx(74.4e8, rel=1e-3)
    assert cell(FLOW.on(panel).values, panel, "588710", T) == pytest.approx(-1.26e8, rel=1e-3)


def test_the_split_of_588710_is_found_and_placed() -> None:
    (split,) = chip_fund().panel().derive(find_actions).splits
    assert (split.ratio, split.share_row, split.price_row, split.listed_row) == (3.0, T, T + 1, None)


def test_on_the_evening_of_the_split_its_flow_is_unknown() -> None:
    panel = on_the_evening_of(chip_fund().panel(), T)
    assert np.isnan(cell(FLOW.on(panel).values, panel, "588710"))
    assert np.isnan(cell(AUM.on(panel).values, panel, "588710"))
    assert np.isnan(cell(NAV_CHANGE.on(panel).values, panel, "588710"))


def test_a_flow_that_only_the_next_price_explained_is_told_on_no_day() -> None:
    panel = chip_fund().panel()
    day = panel.sessions[T]
    told = [*OutflowStreak(min_days=1).detect(panel, [day]), *InflowStreak(min_days=1).detect(panel, [day])]
    assert told == []


def test_but_it_counts_in_the_streak_of_the_next_day_which_names_the_split() -> None:
    panel = chip_fund().panel()
    told = seen(OutflowStreak(min_days=2), panel, panel.sessions[T + 1])["588710"]
    assert told.evidence["streak"].value == 2
    assert told.evidence["total"].value == pytest.approx(-1.261e8 - 0.2e8 * 1.27)
    assert told.evidence["split"].value == 3


def test_a_streak_without_a_split_names_none() -> None:
    panel = simple([5e8, 4e8, 3.9e8, 3.8e8, 3.7e8, 3.6e8])
    assert "split" not in seen(OutflowStreak(min_days=2), panel)["510001"].evidence


def test_a_split_that_shares_and_prices_show_on_one_day_is_applied_once() -> None:
    panel = chip_fund(shares=(30e8, 30e8, 30e8, 89e8, 89e8, 89e8)).panel()
    flow = FLOW.on(panel).values[:, 0]
    np.testing.assert_allclose(flow[1:], [0, 0, -1e8 * 1.27, 0, 0], atol=1)
    assert not FLOW.on(panel).late[:, 0].any()  # type: ignore[index]


def test_a_split_that_prices_show_a_day_before_the_shares_fakes_no_flow() -> None:
    panel = chip_fund(shares=(30e8, 30e8, 30e8, 30e8, 90e8, 90e8)).panel()
    assert np.nansum(np.abs(FLOW.on(panel).values)) == 0


def test_a_split_that_prices_show_a_day_before_the_shares_is_applied_once() -> None:
    panel = chip_fund(shares=(30e8, 30e8, 30e8, 30e8, 90e8, 90e8)).panel()
    (split,) = panel.derive(find_actions).splits
    assert (split.price_row, split.share_row) == (T + 1, T + 2)


def test_a_split_that_prices_show_a_day_before_the_shares_shrinks_no_fund() -> None:
    panel = chip_fund(shares=(30e8, 30e8, 30e8, 30e8, 90e8, 90e8)).panel()
    aum = AUM.on(on_the_evening_of(panel, T + 1)).values[-1, 0]
    assert np.isnan(aum) or aum == pytest.approx(30e8 * 3.81, rel=0.01)


@pytest.mark.parametrize("listed", [T - 1, T, T + 1])
def test_a_listed_split_is_applied_once_even_one_day_off(listed: int) -> None:
    ratios = [3.0 if row == listed else None for row in range(6)]
    panel = chip_fund().fund("588710", split=ratios).panel()
    (split,) = panel.derive(find_actions).splits
    assert (split.share_row, split.price_row, split.listed_row) == (T, T + 1, listed)
    assert cell(FLOW.on(panel).values, panel, "588710", T) == pytest.approx(-1.26e8, rel=1e-3)


def test_a_split_listed_on_both_days_by_two_lists_is_applied_once() -> None:
    panel = chip_fund().fund("588710", split=[None, None, 3, 3, None, None]).panel()
    assert cell(FLOW.on(panel).values, panel, "588710", T) == pytest.approx(-1.26e8, rel=1e-3)


def test_a_listed_split_is_known_on_its_own_evening() -> None:
    panel = chip_fund().fund("588710", split=[None, None, 3, None, None, None]).panel()
    evening = on_the_evening_of(panel, T)
    assert cell(FLOW.on(evening).values, evening, "588710") == pytest.approx(-1.26e8, rel=1e-3)
    assert not FLOW.on(panel).late.any()  # type: ignore[union-attr]


def test_a_listed_split_that_nothing_shows_changes_no_figure() -> None:
    panel = simple(1e8, split=[None, None, 3.0, None, None, None])
    (split,) = panel.derive(find_actions).splits
    assert (split.share_row, split.price_row) == (None, None)
    assert FLOW.on(panel).values[1:, 0].tolist() == [0] * 5
    assert CHANGE.on(panel).values[1:, 0].tolist() == [0] * 5


def test_a_listed_ratio_of_one_is_no_split() -> None:
    assert simple(1e8, split=[None, None, 1.0, None, None, None]).derive(find_actions).splits == ()


def test_a_listed_split_keeps_the_ratio_of_the_list() -> None:
    panel = market(6).fund(
        "512200",
        close=[1.0, 1.0, 1.0, 2.79, 2.79, 2.79],
        prev_close=[1.0, 1.0, 1.0, 2.792, 2.79, 2.79],
        shares=[1e9, 1e9, 3.581e8, 3.581e8, 3.581e8, 3.581e8],
        split=[None, None, 0.3581, None, None, None],
        nav=[1.0, 1.0, 2.792, 2.79, 2.79, 2.79],
    )
    np.testing.assert_allclose(FLOW.on(panel.panel()).values[1:, 0], 0, atol=1)


def test_a_small_listed_split_is_no_move_of_the_nav() -> None:
    """510500 on 2022-08-26: 1.1454 new shares per old, less than what proves a split by price alone."""
    panel = market(6).fund(
        "510500",
        close=[6.40, 6.40, 6.40, 5.588, 5.588, 5.588],
        prev_close=[6.40, 6.40, 6.40, 5.588, 5.588, 5.588],
        nav=[6.40, 6.40, 6.40, 5.5876, 5.588, 5.588],
        shares=[1e9, 1e9, 1.1454e9, 1.1454e9, 1.1454e9, 1.1454e9],
        split=[None, None, 1.1454, None, None, None],
    )
    changes = NAV_CHANGE.on(panel.panel()).values[1:, 0]
    np.testing.assert_allclose(changes[np.isfinite(changes)], 0, atol=1e-3)


def test_a_consolidation_is_found_like_a_split() -> None:
    """New bond funds are folded 100:1 soon after they are listed."""
    panel = market(5).fund(
        "511001",
        close=[1.0, 1.0, 1.001, 100.2, 100.3],
        prev_close=[1.0, 1.0, 1.0, 100.1, 100.2],
        nav=[1.0, 1.0, 100.1, 100.2, 100.3],
        shares=[80e8, 80e8, 0.79e8, 0.79e8, 0.79e8],
    )
    assert FLOW.on(panel.panel()).values[T, 0] == pytest.approx(-0.01e8 * 100.1)
    assert CHANGE.on(panel.panel()).values[3, 0] == pytest.approx(100.2 / 100.1 - 1)


def test_a_share_count_of_zero_is_a_hole_and_no_redemption() -> None:
    flow = FLOW.on(simple([1e8, 1e8, 0, 1.1e8, 1.1e8, 1.1e8])).values[:, 0]
    np.testing.assert_array_equal(flow, [NAN, 0, NAN, NAN, 0, 0])


def test_a_missing_share_count_is_no_redemption_either() -> None:
    flow = FLOW.on(simple([1e8, 1e8, None, 1.1e8, 1.1e8, 1.1e8])).values[:, 0]
    np.testing.assert_array_equal(flow, [NAN, 0, NAN, NAN, 0, 0])


@pytest.mark.parametrize("factor", [0.38, 1.7, 4.4])
def test_a_jump_beyond_sixty_per_cent_without_a_split_stays_unknown(factor: float) -> None:
    flow = FLOW.on(simple([1e8, 1e8, factor * 1e8, factor * 1e8, factor * 1e8, factor * 1e8])).values[:, 0]
    np.testing.assert_array_equal(flow, [NAN, 0, NAN, 0, 0, 0])


def test_a_creation_of_fifty_nine_per_cent_is_a_flow_at_once() -> None:
    panel = on_the_evening_of(simple([1e8, 1e8, 1.59e8, 1.59e8, 1.59e8, 1.59e8]), T)
    assert cell(FLOW.on(panel).values, panel, "510001") == pytest.approx(0.59e8)


def test_a_real_creation_of_fifty_per_cent_waits_for_the_next_price() -> None:
    panel = simple([1e8, 1e8, 1.5e8, 1.5e8, 1.5e8, 1.5e8])
    evening = on_the_evening_of(panel, T)
    assert np.isnan(cell(FLOW.on(evening).values, evening, "510001"))
    next_day = on_the_evening_of(panel, T + 1)
    assert cell(FLOW.on(next_day).values, next_day, "510001", T) == pytest.approx(0.5e8)


def test_a_real_creation_of_fifty_per_cent_is_told_on_no_day_but_counts_the_day_after() -> None:
    panel = simple([1e8, 1e8, 1.5e8, 1.55e8, 1.6e8, 1.6e8])
    assert seen(InflowStreak(min_days=1), panel, panel.sessions[T]) == {}
    told = seen(InflowStreak(min_days=1), panel, panel.sessions[T + 1])["510001"]
    assert told.evidence["streak"].value == 2
    assert told.evidence["total"].value == pytest.approx(0.55e8)


def test_a_real_split_by_half_with_a_redemption_on_the_evening_is_no_flow() -> None:
    """Folding 2:1 with 4 % redeemed halves the count and a little more: no less doubtful than doubling it."""
    panel = on_the_evening_of(simple([1e8, 1e8, 0.48e8, 0.48e8, 0.48e8, 0.48e8]), T)
    assert np.isnan(cell(FLOW.on(panel).values, panel, "510001"))


def test_share_growth_over_an_unproved_jump_is_not_stated() -> None:
    """A count that trebles before a suspension is a split or a creation: nobody can say which yet."""
    start = market(30)
    shares = [1e8] * 26 + [3e8] * 4
    closes = [1.0] * 27 + [None] * 3
    panel = start.fund("510001", close=closes, nav=1.0, shares=shares).fund("510002", close=1.0, shares=1e8).panel()
    growth = SHARE_GROWTH_YTD.on(panel).values[:, 0]
    assert growth[25] == 0
    assert np.isnan(growth[26:]).all()


def test_turnover_across_a_split_counts_volume_and_shares_on_one_scale() -> None:
    panel = chip_fund().fund("588710", volume=[3e8, 3e8, 3e8, 9e8, 9e8, 9e8]).panel()
    turnover = TURNOVER.on(panel).values[:, 0]
    np.testing.assert_allclose(turnover, [0.1] * 6, rtol=0.02)

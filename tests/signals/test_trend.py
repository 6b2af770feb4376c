"""Streaks on closes, on NAVs or on the better of the two (2.2)."""

from datetime import date

import numpy as np
import pytest

from signals.core.panel import Panel
from signals.core.runs import Flat
from signals.core.signal import Basis
from signals.core.trend import Choice, Watch, length_measure, trends
from tests.builders import Series, market

SOFTWARE_CLOSES = (0.959, 0.967, 1.008, 1.008, 1.094, 1.109, 1.148, 1.188, 1.170)


def fund(days: int, **series: Series) -> Panel:
    return market(days).fund("159590", **series).panel()


def lengths(panel: Panel, watch: Watch = Watch.CLOSE, flat: Flat = Flat.BREAKS, least: float = 0.0) -> list[int]:
    (found,) = trends(panel, watch, rising=True, flat=flat, least_move=least)
    return [int(one) for one in found.length[:, 0]]


@pytest.mark.parametrize(("flat", "expected"), [(Flat.COUNTS, 7), (Flat.BREAKS, 4), (Flat.NEUTRAL, 6)])
def test_159590_rose_seven_days_if_a_flat_one_counts_and_four_if_it_breaks(flat: Flat, expected: int) -> None:
    assert lengths(fund(9, close=SOFTWARE_CLOSES), flat=flat)[-2] == expected


def test_both_bases_are_watched_closes_first() -> None:
    assert Watch.BOTH.bases == (Basis.CLOSE, Basis.NAV)
    assert Watch.NAV.bases == (Basis.NAV,)


def test_the_gain_of_a_run_compounds() -> None:
    (found,) = trends(fund(3, nav=[1.0, 1.1, 1.21]), Watch.NAV, rising=True, flat=Flat.BREAKS, least_move=0.0)
    assert found.gain[:, 0] == pytest.approx([0, 0.1, 0.21])


def test_a_slide_is_the_mirror_of_a_rally() -> None:
    (found,) = trends(fund(3, nav=[1.21, 1.1, 1.0]), Watch.NAV, rising=False, flat=Flat.BREAKS, least_move=0.0)
    assert found.length[:, 0].tolist() == [0, 1, 2]
    assert found.gain[2, 0] == pytest.approx(1 / 1.21 - 1)


@pytest.mark.parametrize("move", [0.0099, -0.0098])
def test_a_move_within_the_least_is_flat_whichever_way_it_goes(move: float) -> None:
    panel = fund(4, nav=[1.0, 1.1, 1.1 * (1 + move), 1.21 * (1 + move)])
    assert lengths(panel, Watch.NAV, Flat.NEUTRAL, 0.01)[1:] == [1, 1, 2]


def test_a_fall_just_within_the_least_is_flat_too() -> None:
    """−0.999 % is within ±1 %, though its logarithm is beyond that of +1 %."""
    panel = fund(4, nav=[1.0, 1.1, 1.1 * (1 - 0.00999), 1.2])
    assert lengths(panel, Watch.NAV, Flat.NEUTRAL, 0.01)[1:] == [1, 1, 2]


def test_a_move_beyond_the_least_is_none() -> None:
    panel = fund(4, nav=[1.0, 1.1, 1.1 * 0.985, 1.21])
    assert lengths(panel, Watch.NAV, Flat.NEUTRAL, 0.01)[1:] == [1, 0, 1]


def test_the_gain_over_a_neutral_session_includes_its_small_move() -> None:
    panel = fund(4, nav=[1.0, 1.1, 1.0945, 1.2])
    (found,) = trends(panel, Watch.NAV, rising=True, flat=Flat.NEUTRAL, least_move=0.01)
    assert found.gain[3, 0] == pytest.approx(0.2)


def test_a_session_whose_nav_is_not_out_has_no_claim_and_the_run_stands() -> None:
    panel = fund(3, nav=[1.0, 1.1, None])
    (found,) = trends(panel, Watch.NAV, rising=True, flat=Flat.BREAKS, least_move=0.0)
    assert found.known[:, 0].tolist() == [False, True, False]
    assert found.length[:, 0].tolist() == [0, 1, 1]
    assert found.rows[:, 0].tolist() == [-1, 1, 1]


def test_of_two_runs_the_longer_speaks_and_on_a_tie_the_earlier() -> None:
    close, nav = np.array([[4, 4, 5]]), np.array([[6, 4, 4]])
    choice = Choice.longest((Basis.CLOSE, Basis.NAV), [close, nav])
    assert [choice.basis(0, at) for at in range(3)] == [Basis.NAV, Basis.CLOSE, Basis.CLOSE]
    assert choice.pick([close * 1.0, nav * 1.0]).tolist() == [[6, 4, 5]]


def test_a_figure_of_the_chosen_basis_names_its_source_and_no_other() -> None:
    panel = fund(2, close=[1.0, 1.1], nav=[1.0, 1.2])
    found = trends(panel, Watch.BOTH, rising=True, flat=Flat.BREAKS, least_move=0.0)
    measures = [one.change for one in found]
    for index, expected in ((0, "etf_daily.szse"), (1, "etf_nav.szse")):
        lengths = [np.full((2, 1), length) for length in (1 - index, index)]
        choice = Choice.longest((Basis.CLOSE, Basis.NAV), lengths)
        assert panel.figure(choice.measure(measures), 1, 0).source == expected


def test_the_length_of_a_run_is_dated_by_its_last_session() -> None:
    panel = fund(3, close=[1.0, 1.1, None])
    (found,) = trends(panel, Watch.CLOSE, rising=True, flat=Flat.BREAKS, least_move=0.0)
    measure = length_measure(found, found.length.astype(np.float64), found.rows)
    assert panel.figure(measure, 2, 0).day == date(2025, 2, 10)


def tracking(**index: Series) -> Panel:
    closes = index.get("closes", (100.0, 101.0, 102.0, 103.0, 101.0))
    world = market(5).fund("510300", words={"index_code": "000300"}, close=(4.0, 4.0, 4.0, 4.0, 4.0))
    return world.index("000300", closes).panel()


def test_the_tracked_index_may_be_followed_instead_of_the_fund() -> None:
    assert Watch.INDEX.bases == (Basis.INDEX,)
    assert lengths(tracking(), Watch.INDEX) == [0, 1, 2, 3, 0]


def test_a_fund_whose_index_is_not_known_has_no_streak_of_it() -> None:
    panel = market(5).fund("510300", words={"index_code": "000905"}, close=4.0).index("000300", 100.0).panel()
    assert lengths(panel, Watch.INDEX) == [0] * 5
    assert not trends(panel, Watch.INDEX, rising=True, flat=Flat.BREAKS, least_move=0)[0].known.any()


def test_a_fund_without_an_index_has_none_either() -> None:
    panel = market(5).fund("511880", close=100.0).index("000300", (1.0, 2.0, 3.0, 4.0, 5.0)).panel()
    assert lengths(panel, Watch.INDEX) == [0] * 5

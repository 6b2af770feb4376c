"""Who takes the first place of a group from whom."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.core.leaders import MEMORY_SESSIONS, overtakings
from signals.core.matrix import Floats
from tests.signals.worlds import EXAMPLES, matrices

NAN = float("nan")
amounts = st.sampled_from([NAN, 0.0, 1.0, 2.0, 2.0, 3.0, 3.01, -1.0])


def former(*rows: list[float], lead: float = 0.0, groups: list[list[int]] | None = None) -> list[list[int]]:
    values = np.array(rows)
    return overtakings(values, np.isfinite(values), groups or [list(range(len(rows[0])))], least_lead=lead).tolist()


def test_the_new_leader_knows_whom_it_overtook() -> None:
    assert former([3, 2, 1], [3, 4, 1]) == [[-1, -1, -1], [-1, 0, -1]]


def test_it_is_told_once() -> None:
    assert former([3, 2], [3, 4], [3, 5])[2] == [-1, -1]


def test_the_first_session_has_no_former_leader() -> None:
    assert former([3, 2]) == [[-1, -1]]


def test_a_tie_is_no_change_and_the_next_lead_is() -> None:
    assert former([3, 2], [3, 3], [3, 4]) == [[-1, -1], [-1, -1], [-1, 0]]


def test_three_at_the_top_leave_the_place_to_whoever_held_it() -> None:
    assert former([2, 3, 1], [3, 3, 3], [4, 3, 3])[2] == [1, -1, -1]


def test_a_lead_that_is_too_small_is_none_until_it_grows() -> None:
    assert former([100, 99], [100, 100.5], [100, 102], lead=0.01) == [[-1, -1], [-1, -1], [-1, 0]]


def test_a_lead_over_a_negative_value_is_measured_by_its_size() -> None:
    assert former([-1.0, -2.0], [-1.0, -0.995], lead=0.01) == [[-1, -1], [-1, -1]]
    assert former([-1.0, -2.0], [-1.0, -0.5], lead=0.01)[1] == [-1, 0]


def test_a_leader_without_a_figure_is_not_overtaken() -> None:
    assert former([3, 2, 1], [NAN, 2, 1], [3, 2, 1]) == [[-1, -1, -1]] * 3


def test_a_leader_that_stays_away_is_forgotten_in_silence() -> None:
    gone = [[NAN, 2.0, 1.0]] * (MEMORY_SESSIONS + 1)
    assert former([3, 2, 1], *gone, [3, 2, 1])[-1] == [1, -1, -1]
    assert former([3, 2, 1], *gone[1:], [3, 2, 1])[-1] == [-1, -1, -1]


def test_groups_do_not_see_each_other() -> None:
    groups = [[0, 1], [2, 3, 4]]
    assert former([3, 2, 9, 8, 7], [3, 4, 9, 8, 7], groups=groups) == [[-1] * 5, [-1, 0, -1, -1, -1]]


def test_without_groups_nobody_leads() -> None:
    values = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert overtakings(values, np.isfinite(values), [], least_lead=0.0).tolist() == [[-1, -1], [-1, -1]]


def test_a_standing_that_may_not_be_stated_changes_nothing() -> None:
    values = np.array([[3.0, 2.0], [3.0, 4.0], [3.0, 4.0]])
    stated = np.array([[True, True], [False, False], [True, True]])
    assert overtakings(values, stated, [[0, 1]], least_lead=0.0).tolist() == [[-1, -1], [-1, -1], [-1, 0]]


@EXAMPLES
@given(matrices(amounts, subjects=6), st.integers(0, 11), st.sampled_from([0.0, 0.01, 1.0]))
def test_a_new_leader_is_first_and_ahead_and_the_future_changes_nothing(values: Floats, stop: int, lead: float) -> None:
    columns = list(range(values.shape[1]))
    groups = [columns[::2], columns[1::2]]
    found = overtakings(values, np.isfinite(values), groups, least_lead=lead)
    for row, column in np.argwhere(found >= 0):
        group = groups[0] if column in groups[0] else groups[1]
        loser = values[row, found[row, column]]
        assert values[row, column] == np.nanmax(values[row, group])
        assert values[row, column] - loser > lead * abs(loser)
        assert found[row, column] in group
    cut = overtakings(values[:stop], np.isfinite(values[:stop]), groups, least_lead=lead)
    np.testing.assert_array_equal(found[:stop], cut)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_market_has_no_leaders(shape: tuple[int, int]) -> None:
    values = np.empty(shape)
    assert overtakings(values, np.isfinite(values), [], least_lead=0.0).shape == shape

"""What the sessions before one were like, against the same said slowly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.core.lookback import pauses, reach_before
from signals.core.matrix import Floats
from signals.core.windows import highest_before, known_before, lately, mean_before
from tests.signals.worlds import EXAMPLES, matrices

spans = st.integers(1, 15)
least = st.integers(0, 4)


def past(values: Floats, row: int, column: int, sessions: int) -> list[float]:
    return [one for one in values[max(0, row - sessions) : row, column].tolist() if not np.isnan(one)]


@EXAMPLES
@given(matrices(), spans, least)
def test_highest_and_mean_are_those_of_the_known_sessions_before(values: Floats, sessions: int, few: int) -> None:
    high, mean = highest_before(values, sessions, few), mean_before(values, sessions, few)
    for row, column in np.ndindex(values.shape):
        before = past(values, row, column, sessions)
        known = len(before) >= max(1, few)
        np.testing.assert_equal(high[row, column], max(before) if known else np.nan)
        np.testing.assert_allclose(mean[row, column], sum(before) / len(before) if known else np.nan, atol=1e-12)


@EXAMPLES
@given(matrices(), spans)
def test_how_many_are_known_and_how_far_back_it_goes(values: Floats, sessions: int) -> None:
    known, reach = known_before(values, sessions), reach_before(values, sessions)
    for row, column in np.ndindex(values.shape):
        assert known[row, column] == len(past(values, row, column, sessions))
        first = next((at for at in range(row) if not np.isnan(values[at, column])), row)
        assert reach[row, column] == min(row - first, sessions)


@EXAMPLES
@given(matrices(), spans, least, st.integers(0, 11))
def test_what_comes_later_changes_nothing(values: Floats, sessions: int, few: int, stop: int) -> None:
    for kernel in (highest_before, mean_before):
        whole, cut = kernel(values, sessions, few), kernel(values[:stop], sessions, few)
        np.testing.assert_array_equal(whole[:stop], cut)


@pytest.mark.parametrize(("sessions", "expected"), [(1, "x.x.x."), (2, "x..xx.."), (3, "x...x...")])
def test_a_pause_is_as_long_as_it_may_be(sessions: int, expected: str) -> None:
    fires = np.array([[mark == "x"] for mark in expected])
    silent = pauses(fires, sessions)
    assert not silent[fires].any()
    assert silent[~fires].all()


def test_after_a_longer_silence_it_is_over() -> None:
    fires = np.array([[True], [False], [False], [False]])
    assert pauses(fires, 2)[:, 0].tolist() == [False, True, True, False]
    assert not pauses(fires, 0).any()


@EXAMPLES
@given(matrices(), spans)
def test_a_flag_is_seen_for_as_many_sessions_as_one_asks(values: Floats, sessions: int) -> None:
    shown = lately(values > 0, sessions)
    for row, column in np.ndindex(values.shape):
        assert shown[row, column] == (values[max(0, row - sessions + 1) : row + 1, column] > 0).any()

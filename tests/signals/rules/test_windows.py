"""Windows over sessions: each cell as a plain loop has it, holes left out, too many of them unknown."""

import math
from collections.abc import Callable
from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.core.matrix import Floats
from signals.rules import windows
from tests.signals.worlds import EXAMPLES, matrices

PLAIN: dict[str, tuple[Callable[[Floats, int], Floats], Callable[[list[float]], float]]] = {
    "highest": (windows.highest, max),
    "lowest": (windows.lowest, min),
    "mean": (windows.mean, mean),
    "compounded": (windows.compounded, lambda moves: math.prod(1 + one for one in moves) - 1),
}


@pytest.mark.parametrize("name", PLAIN)
@EXAMPLES
@given(values=matrices(), sessions=st.integers(1, 15))
def test_each_cell_is_that_of_a_plain_loop(name: str, values: Floats, sessions: int) -> None:
    kernel, plain = PLAIN[name]
    values = values / 10 if name == "compounded" else values
    found = kernel(values, sessions)
    for column in range(values.shape[1]):
        for row in range(len(values)):
            window = values[max(0, row - sessions + 1) : row + 1, column].tolist()
            known = [one for one in window if not math.isnan(one)]
            expected = plain(known) if len(known) >= math.ceil(0.8 * sessions) else math.nan
            assert found[row, column] == pytest.approx(expected, nan_ok=True, abs=1e-12)


@EXAMPLES
@given(values=matrices(), sessions=st.integers(1, 15))
def test_totals_leave_holes_out(values: Floats, sessions: int) -> None:
    found = windows.total(values, sessions)
    for row in range(len(values)):
        expected = np.nansum(values[max(0, row - sessions + 1) : row + 1], axis=0)
        np.testing.assert_allclose(found[row], expected, atol=1e-12)


def test_rounding_does_not_pile_up() -> None:
    values = np.full((5000, 1), 0.1)
    values[0] = 1e12
    assert windows.total(values, 20)[-1, 0] == pytest.approx(2.0, abs=1e-12)


@EXAMPLES
@given(values=matrices(), sessions=st.integers(1, 15))
def test_what_was_is_some_rows_above(values: Floats, sessions: int) -> None:
    found = windows.ago(values, sessions)
    for row in range(len(values)):
        expected = values[row - sessions] if row >= sessions else np.full(values.shape[1], np.nan)
        np.testing.assert_array_equal(found[row], expected)


def test_moves_are_compounded() -> None:
    assert windows.compounded(np.array([[0.1], [0.1]]), 2)[1, 0] == pytest.approx(0.21)


def test_the_highest_before_leaves_its_own_session_out() -> None:
    found = windows.highest_before(np.array([[1.0], [3.0], [2.0], [5.0]]), 2)
    np.testing.assert_array_equal(found[:, 0], [np.nan, np.nan, 3.0, 3.0])

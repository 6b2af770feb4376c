"""Matrices of one usual number: what they say in any cells is what they say written out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.core.sparse import Sparse
from tests.signals.worlds import EXAMPLES

cells = st.tuples(st.integers(0, 4), st.integers(0, 3))


@EXAMPLES
@given(told=st.dictionaries(cells, st.sampled_from([1.0, 2.0, 0.5])), asked=st.lists(cells))
def test_any_cells_are_those_of_the_whole(told: dict[tuple[int, int], float], asked: list[tuple[int, int]]) -> None:
    sparse, whole = Sparse.of((5, 4), 1.0, told), np.ones((5, 4))
    for cell, value in told.items():
        whole[cell] = value
    np.testing.assert_array_equal(sparse.dense, whole)
    rows, columns = (np.array([one[at] for one in asked], dtype=np.int64) for at in range(2))
    np.testing.assert_array_equal(sparse[rows, columns], whole[rows, columns])


def test_what_is_usual_is_no_cell_of_its_own_and_cells_come_row_by_row() -> None:
    sparse = Sparse.of((3, 2), 1.0, {(2, 0): 3.0, (0, 1): 1.0, (1, 1): 2.0, (1, 0): 5.0})
    assert [one.tolist() for one in sparse.cells] == [[1, 1, 2], [0, 1, 0]]
    assert sparse.values.tolist() == [5.0, 2.0, 3.0]

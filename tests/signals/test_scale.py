"""Counts and worths over a split."""

import numpy as np

from signals.core.panel import Panel
from signals.core.scale import share_scale
from tests.builders import market

ROWS = np.array([[0, 0], [0, 1], [1, 1]])


def panel() -> Panel:
    """One fund is split 1:3 on the second session, the other never."""
    made = market(3).fund("510001", close=[3.0, 1.0, 1.0], prev_close=[3.0, 1.0, 1.0], shares=[1e8, 3e8, 3e8])
    return made.fund("510002", close=2.0, prev_close=2.0, shares=1e8).panel()


def test_the_scale_grows_with_the_split_of_its_fund_alone() -> None:
    scale = panel().derive(share_scale)
    assert scale.factors.tolist() == [[1, 1], [3, 1], [3, 1]]
    assert scale.split.tolist() == [0]


def test_counts_are_stated_on_the_scale_of_the_first_session() -> None:
    counts = panel().derive(share_scale).unsplit(np.array([[1e8, 1e8], [3e8, 1e8], [3e8, 1e8]]))
    assert counts.tolist() == [[1e8, 1e8], [1e8, 1e8], [1e8, 1e8]]


def test_where_no_fund_is_split_counts_stay_what_they_are() -> None:
    scale = market(3).fund("510002", close=2.0, prev_close=2.0, shares=1e8).panel().derive(share_scale)
    counts, rows = np.full((3, 1), 1e8), np.zeros((3, 1), dtype=np.int32)
    assert scale.unsplit(counts) is counts
    np.testing.assert_array_equal(scale.brought(counts, rows), np.full((3, 1), 1e8))
    scale.take_back(counts, rows)
    np.testing.assert_array_equal(counts, np.full((3, 1), 1e8))


def test_a_count_from_before_the_split_is_brought_to_the_scale_after_it() -> None:
    counts = np.full((3, 2), 1e8)
    brought = panel().derive(share_scale).brought(counts, ROWS)
    assert brought.tolist() == [[1e8, 1e8], [3e8, 1e8], [1e8, 1e8]]
    assert (counts == 1e8).all()


def test_a_worth_from_before_the_split_is_that_of_a_smaller_share_after_it() -> None:
    worths = np.full((3, 2), 3.0)
    panel().derive(share_scale).take_back(worths, ROWS)
    assert worths.tolist() == [[3, 3], [1, 3], [3, 3]]

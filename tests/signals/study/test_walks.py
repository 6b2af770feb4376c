"""The loops are what plain matrices say, compiled and uncompiled alike."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.core.matrix import Bools, Floats, Ints
from signals.study.ground import Ground, Paths
from signals.study.walks import (
    loop_crossings,
    loop_paths,
    loop_tally,
    loop_told,
    walk_crossings,
    walk_paths,
    walk_tally,
    walk_told,
)
from tests.signals.study.worlds import plain_tally
from tests.signals.worlds import EXAMPLES, matrices

HORIZONS = (1, 2, 5)
GROUPS = 3
MOST = 0.25
moves = matrices(st.one_of(st.floats(-0.3, 0.3), st.sampled_from([0.0, np.nan])))


def plain_paths(steps: Floats, lost: Bools) -> tuple[Floats, Floats]:
    good = np.abs(steps) <= MOST
    price = np.cumprod(np.where(good, 1 + steps, 1.0), axis=0)
    return np.where(good, price, np.nan), np.cumsum(lost, axis=0)


@pytest.mark.parametrize("walk", [loop_paths, walk_paths])
@EXAMPLES
@given(steps=moves, seed=st.integers(0, 9))
def test_paths_are_running_products(walk: Callable[..., None], steps: Floats, seed: int) -> None:
    lost = np.random.default_rng(seed).random(steps.shape) < 0.2
    price, chain = np.empty(steps.shape), np.empty(steps.shape, dtype=np.int32)
    walk(steps, lost, MOST, price, chain)
    expected = plain_paths(steps, lost)
    np.testing.assert_allclose(price, expected[0], rtol=1e-12)
    np.testing.assert_array_equal(chain, expected[1])


@pytest.mark.parametrize("walk", [loop_tally, walk_tally])
@pytest.mark.parametrize("netted", [True, False])
@EXAMPLES
@given(steps=moves, seed=st.integers(0, 9))
def test_a_tally_is_the_sum_of_single_events(walk: Callable[..., None], netted: bool, steps: Floats, seed: int) -> None:
    luck = np.random.default_rng(seed)
    sessions, subjects = steps.shape
    price, chain = plain_paths(steps, luck.random(steps.shape) < 0.1)
    ground = Ground(np.arange(subjects), Paths(price, chain.astype(np.int32)), netted=netted)
    judged = luck.random(steps.shape) < 0.7
    rows, columns = np.nonzero(luck.random(steps.shape) < 0.4)
    groups = luck.integers(0, GROUPS, len(rows))
    fired, base = np.zeros((sessions, GROUPS, len(HORIZONS), 4)), np.zeros((sessions, len(HORIZONS), 3))
    mean = np.full((sessions, len(HORIZONS)), np.nan)
    starts = np.searchsorted(rows, np.arange(sessions + 1))
    walk(
        price, ground.paths.chain, judged, netted, np.array(HORIZONS), starts, columns, groups, fired, base, mean
    )  # fmt: skip
    events = list(zip(rows.tolist(), columns.tolist(), groups.tolist(), strict=True))
    expected = plain_tally(ground, judged, events, GROUPS, HORIZONS)
    for found, wanted, ahead in zip((fired, base, mean), expected, (True, False, False), strict=True):
        # Whether a return lies above a mean that it equals but for rounding is nobody's business.
        exact = found[..., :3] if ahead else found
        np.testing.assert_allclose(exact, wanted[..., :3] if ahead else wanted, atol=1e-12)
    assert (fired[..., 3] <= fired[..., 0]).all()


@pytest.mark.parametrize("walk", [loop_crossings, walk_crossings])
def test_crossings_beyond_the_room_are_counted_and_not_written(walk: Callable[..., int]) -> None:
    values = np.array([[0.0, 0.0], [9.0, 9.0]])
    places = np.full((3, 3), -1)
    assert walk(values, np.array([1.0, 2.0]), places) == 4
    assert places.tolist() == [[1, 0, 0], [1, 0, 1], [1, 1, 0]]
    assert walk(values, np.array([]), places) == 0
    assert walk(np.array([[np.nan]]), np.array([1.0]), places) == 0


def plain_told(fires: Bools, since: Ints, reached: Ints, rung: Ints) -> Bools:
    """The rule of what is told, a whole session at a time."""
    told = np.zeros(fires.shape, dtype=np.bool_)
    last, highest = np.full(fires.shape[1], -1), np.zeros(fires.shape[1], dtype=np.int64)
    for row in range(len(fires)):
        new = fires[row] & (last < since[row]) & (reached[row] >= row - 1)
        told[row] = new | (fires[row] & (last >= since[row]) & (rung[row] > highest))
        last, highest = np.where(told[row], row, last), np.where(told[row], rung[row], highest)
    return told


@pytest.mark.parametrize("walk", [loop_told, walk_told])
@pytest.mark.parametrize("seed", range(5))
def test_what_would_have_been_told_is_told(walk: Callable[..., None], seed: int) -> None:
    luck = np.random.default_rng(seed)
    shape = (40, 8)
    rows = np.arange(40)[:, None]
    fires = luck.random(shape) < 0.6
    since = np.maximum(rows - luck.integers(0, 5, shape), 0)
    reached = np.maximum(rows - luck.integers(0, 4, shape), since)
    rung = luck.integers(1, 4, shape)
    told = np.ones(shape, dtype=np.bool_)
    walk(fires, since, reached, rung, told)
    np.testing.assert_array_equal(told, plain_told(fires, since, reached, rung))
    assert told.any()

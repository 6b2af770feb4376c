"""All bodies of the kernels of studies say the same, and what plain, single events add up to."""

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.core.matrix import Bools, Floats, Rows
from signals.core.twins import Kernel
from signals.study.ground import Ground, Paths
from signals.study.kernels import CROSSINGS, PATHS, STUDY_KERNELS, TALLY, TOLD
from tests.signals.study.worlds import plain_tally
from tests.signals.worlds import EXAMPLES, matrices

HORIZONS = (1, 2, 5)
GROUPS = 3
MOST = 0.25
moves = matrices(st.one_of(st.floats(-0.3, 0.3), st.sampled_from([0.0, np.nan])))
every_body = pytest.mark.parametrize("body", ["plain", "loops", "compiled"])


@cache
def bodies(kernel: Kernel[Any]) -> dict[str, Callable[..., None]]:
    return {
        "plain": kernel.plain,
        "loops": kernel.loops,
        "compiled": kernel.compile(importlib.import_module("numba")),
    }


@every_body
@EXAMPLES
@given(steps=moves, seed=st.integers(0, 9))
def test_paths_are_running_products(body: str, steps: Floats, seed: int) -> None:
    lost = np.random.default_rng(seed).random(steps.shape) < 0.2
    price, chain = np.empty(steps.shape), np.empty(steps.shape, dtype=np.int32)
    bodies(PATHS)[body](steps, lost, MOST, price, chain)
    for column in range(steps.shape[1]):
        worth, broken = 1.0, 0
        for row in range(len(steps)):
            good = abs(steps[row, column]) <= MOST
            worth *= 1 + steps[row, column] if good else 1.0
            broken += lost[row, column]
            assert chain[row, column] == broken
            assert price[row, column] == pytest.approx(worth) if good else np.isnan(price[row, column])


def counted(
    body: str, ground: Ground, judged: Bools, events: list[tuple[int, int, int]], groups: int
) -> tuple[Floats, Floats, Floats]:
    sessions = len(ground.paths.price)
    columns = (np.array([one[at] for one in events], dtype=np.int64) for at in range(3))
    rows, subjects, numbers = columns
    fired, base = np.zeros((sessions, groups * len(HORIZONS) * 4)), np.zeros((sessions, len(HORIZONS) * 3))
    mean = np.full((sessions, len(HORIZONS)), np.nan)
    starts = np.searchsorted(rows, np.arange(sessions + 1))
    paths, horizons = ground.paths, np.array(HORIZONS)
    bodies(TALLY)[body](
        paths.price, paths.chain, judged, ground.netted, horizons, starts, subjects, numbers, fired, base, mean
    )
    shape = sessions, groups, len(HORIZONS)
    return fired.reshape(*shape, 4), base.reshape(sessions, len(HORIZONS), 3), mean


@every_body
@pytest.mark.parametrize("netted", [True, False])
@EXAMPLES
@given(steps=moves, seed=st.integers(0, 9))
def test_a_tally_is_the_sum_of_single_events(body: str, netted: bool, steps: Floats, seed: int) -> None:
    luck = np.random.default_rng(seed)
    price, chain = np.empty(steps.shape), np.empty(steps.shape, dtype=np.int32)
    PATHS.plain(steps, luck.random(steps.shape) < 0.1, MOST, price, chain)
    ground = Ground(np.arange(steps.shape[1]), Paths(price, chain), netted=netted)
    judged = luck.random(steps.shape) < 0.7
    rows, columns = np.nonzero(luck.random(steps.shape) < 0.4)
    groups = luck.integers(0, GROUPS, len(rows))
    events = list(zip(rows.tolist(), columns.tolist(), groups.tolist(), strict=True))
    found, expected = (
        counted(body, ground, judged, events, GROUPS),
        plain_tally(ground, judged, events, GROUPS, HORIZONS),
    )
    # Whether a return lies above a mean that it equals but for rounding is nobody's business.
    np.testing.assert_allclose(found[0][..., :3], expected[0][..., :3], atol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-12)
    np.testing.assert_allclose(found[2], expected[2], atol=1e-12)
    assert (found[0][..., 3] <= found[0][..., 0]).all()


@every_body
def test_what_is_above_the_mean_is_ahead(body: str) -> None:
    price = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.1, 1.0, 0.7]])
    ground = Ground(np.arange(3), Paths(price, np.zeros(price.shape, dtype=np.int32)), netted=True)
    fired, _, _ = counted(body, ground, np.ones(price.shape, dtype=np.bool_), [(0, 0, 0), (0, 1, 0), (0, 2, 0)], 1)
    assert fired[0, 0, 0].tolist() == pytest.approx([3, 1, 0, 2])


@every_body
def test_crossings_beyond_the_room_are_counted_and_not_written(body: str) -> None:
    values = np.array([[0.0, 0.0], [9.0, 9.0]])
    places, found = np.full((3, 3), -1, dtype=np.int32), np.zeros(1, dtype=np.int64)
    bodies(CROSSINGS)[body](values, np.array([[1.0, 2.0]]), places, found)
    assert found[0] == 4
    assert places.tolist() == [[1, 0, 0], [1, 0, 1], [1, 1, 0]]


@every_body
@EXAMPLES
@given(values=matrices(st.sampled_from([0.0, 1.0, 2.0, 3.0, np.nan])), levels=st.integers(0, 3))
def test_crossings_are_alike(body: str, values: Floats, levels: int) -> None:
    thresholds = np.arange(levels, dtype=np.float64)[None] + 0.5
    said = []
    for one in ("plain", body):
        places, found = np.full((values.size * 4, 3), -1, dtype=np.int32), np.zeros(1, dtype=np.int64)
        bodies(CROSSINGS)[one](values, thresholds, places, found)
        said.append((int(found[0]), places.tolist()))
    assert said[0] == said[1]


def one_by_one(fires: Bools, since: Rows, reached: Rows, rung: Rows) -> Bools:
    tells = np.zeros(fires.shape, dtype=np.bool_)
    for column in range(fires.shape[1]):
        last, highest = -1, 0
        for row in np.flatnonzero(fires[:, column]):
            new = last < since[row, column] and reached[row, column] >= row - 1
            if new or (last >= since[row, column] and rung[row, column] > highest):
                tells[row, column] = True
                last, highest = int(row), int(rung[row, column])
    return tells


@every_body
@pytest.mark.parametrize("seed", range(5))
def test_what_would_have_been_told_is_told(body: str, seed: int) -> None:
    luck = np.random.default_rng(seed)
    shape, rows = (40, 8), np.arange(40)[:, None]
    fires = luck.random(shape) < 0.6
    since = np.maximum(rows - luck.integers(0, 5, shape), 0).astype(np.int32)
    reached = np.maximum(rows - luck.integers(0, 4, shape), since).astype(np.int32)
    rung = luck.integers(1, 4, shape).astype(np.int32)
    tells = np.ones(shape, dtype=np.bool_)
    bodies(TOLD)[body](fires, since, reached, rung, tells)
    np.testing.assert_array_equal(tells, one_by_one(fires, since, reached, rung))
    assert tells.any()


def test_only_sums_may_be_taken_in_any_order() -> None:
    assert [one.any_order for one in STUDY_KERNELS] == [one is TALLY for one in STUDY_KERNELS]

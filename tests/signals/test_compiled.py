"""Both bodies of every kernel, whole or in parts, and the loops before they are compiled give the same bits."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from signals.core import kernels
from signals.core.kernels import KERNELS
from signals.core.matrix import Bools, Columns, Floats, Rows
from signals.core.twins import Kernel
from tests.signals.worlds import EXAMPLES

NAN = float("nan")

figures = st.one_of(
    st.sampled_from([NAN, NAN, 0.0, 1.0, 1.0, -1.0, 0.5, -2.0]),
    st.sampled_from([0.1 + 0.2, 0.3, 1e-12, 1e11, 1e11 + 1, 3e11, -7.3e9, float("inf")]),
    st.floats(-0.1, 0.1),
)
"""Holes, flat sessions, ties, figures that are equal but for rounding, yuan beside ratios, and an infinity."""


@st.composite
def worlds(draw: st.DrawFn) -> Floats:
    """Sessions × funds with listings, suspensions and splits; either side may be empty, a fund without a figure."""
    shape = draw(st.tuples(st.integers(0, 14), st.integers(0, 4)))
    values = draw(arrays(np.float64, shape, elements=figures, fill=st.nothing()))
    for fund in range(shape[1]):
        listed, suspended, split = (draw(st.integers(0, 14)) for _ in range(3))
        values[:listed, fund] = NAN if draw(st.booleans()) else values[:listed, fund]
        values[suspended : suspended + draw(st.integers(0, 7)), fund] = NAN
        values[split:, fund] *= draw(st.sampled_from([1.0, 1.0, 3.0, 0.5]))
    return values


@cache
def fast(kernel: Kernel[Any]) -> Callable[..., None]:
    """The compiled twin, beside whatever the process answers with."""
    return kernel.compile(kernels._numba())


def filled(
    kernel: Kernel[Any], body: Callable[..., None], inputs: tuple[Any, ...], shape: tuple[int, ...], parts: int
) -> list[Any]:
    """What a body makes of matrices that hold rubbish; the plain one in no parts."""
    types = {"floats": np.float64, "rows": np.int32, "shorts": np.int16, "flags": np.bool_}
    outs = [np.full(shape, 77, dtype=types[word]) for word in kernel.takes.split(" -> ")[1].split()]
    with np.errstate(all="ignore"):
        if parts:
            kernel.run(body, (*inputs, *outs), parts)
        else:
            body(*inputs, *outs)
    return outs


def assert_twins(
    kernel: Kernel[Any], *inputs: Any, interpreted: bool = True, shape: tuple[int, ...] | None = None
) -> list[Any]:
    """All bodies agree; returns what they say."""
    shape = inputs[0].shape if shape is None else shape
    told = filled(kernel, kernel.plain, inputs, shape, 0)
    bodies = [(fast(kernel), 1), (fast(kernel), 3), *([(kernel.loops, 1)] if interpreted else [])]
    for body, parts in bodies:
        for got, expected in zip(filled(kernel, body, inputs, shape, parts), told, strict=True):
            np.testing.assert_array_equal(got, expected, strict=True)
    return told


run_rules = st.tuples(
    st.sampled_from([1.0, -1.0]),
    st.sampled_from([(False, False), (True, False), (False, True)]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(0, 3),
)


@EXAMPLES
@given(steps=worlds(), rules=run_rules)
def test_runs(steps: Floats, rules: tuple[float, tuple[bool, bool], float, int]) -> None:
    sign, flat, least, max_gap = rules
    length, _ = assert_twins(kernels.RUNS, steps, sign, *flat, least, max_gap)
    assert_twins(kernels.RUN_STARTS, length)
    assert_twins(kernels.RUN_GAPS, steps, length)
    (short,) = assert_twins(kernels.COUNTED_RUNS, steps, sign, *flat, least, max_gap, False)
    np.testing.assert_array_equal(short, length)
    (broken,) = assert_twins(kernels.COUNTED_RUNS, steps, sign, *flat, least, max_gap, True)
    before = np.vstack([np.zeros((1, steps.shape[1]), np.int32), length])[: len(steps)]
    np.testing.assert_array_equal(broken, np.where(steps * sign < -least, before, 0))


@st.composite
def starts(draw: st.DrawFn, values: Floats) -> Rows:
    """Rows not below 0 and not beyond their own, or −1; as wild as no run makes them."""
    out = draw(arrays(np.int32, values.shape, elements=st.integers(-1, 13), fill=st.nothing()))
    return np.minimum(out, np.arange(len(values), dtype=np.int32)[:, None])


@EXAMPLES
@given(data=st.data(), values=worlds())
def test_sums_and_growth_since_a_row(data: st.DataObject, values: Floats) -> None:
    start = data.draw(starts(values))
    (total,) = assert_twins(kernels.SUM_SINCE, values, start)
    changes = np.where(np.isfinite(values), np.clip(values, -0.2, 0.2), NAN)
    (growth,) = assert_twins(kernels.COMPOUNDED_SINCE, changes, start)
    for row, at in np.argwhere(start >= 0):
        inside = values[start[row, at] : row + 1, at]
        inside = inside[np.isfinite(inside)]
        assert total[row, at] == pytest.approx(inside.sum(), rel=1e-9, abs=1e-3)
        assert growth[row, at] == pytest.approx(np.prod(1 + np.clip(inside, -0.2, 0.2)) - 1, rel=1e-9, abs=1e-12)
    assert (total[start < 0] == 0).all()
    assert (growth[start < 0] == 0).all()


@EXAMPLES
@given(data=st.data(), values=worlds())
def test_episodes(data: st.DataObject, values: Floats) -> None:
    rung = data.draw(arrays(np.int32, values.shape, elements=st.sampled_from([0, 0, 3, 5]), fill=st.nothing()))
    assert_twins(kernels.EPISODES, rung, np.isfinite(values))


@EXAMPLES
@given(data=st.data(), values=worlds(), first=st.integers(1, 9), step=st.one_of(st.integers(1, 9), st.just(10**12)))
def test_ladders(data: st.DataObject, values: Floats, first: int, step: int) -> None:
    length = data.draw(arrays(np.int32, values.shape, elements=st.integers(0, 40), fill=st.nothing()))
    assert_twins(kernels.LADDER, length, first, step)


@EXAMPLES
@given(values=worlds(), window=st.integers(1, 16), least=st.integers(0, 4), sign=st.sampled_from([1.0, -1.0]))
def test_windows(values: Floats, window: int, least: int, sign: float) -> None:
    assert_twins(kernels.CARRIED, values, window - 1)
    assert_twins(kernels.LATELY, values > 0, window)
    assert_twins(kernels.ROLLING_SUM, values, window)
    assert_twins(kernels.KNOWN_BEFORE, values, window)
    assert_twins(kernels.MEAN_BEFORE, values, window, least)
    assert_twins(kernels.ROLLING_GROWTH, values, window)
    assert_twins(kernels.ZSCORES, values, window, least)
    (percentile,) = assert_twins(kernels.PERCENTILES, values, window, least)
    rows, columns = (one.astype(np.int64) for one in np.nonzero(values > -0.1))
    at = assert_twins(kernels.PERCENTILES_AT, values, rows, columns, window, least, shape=(1, len(rows)))
    np.testing.assert_array_equal(at[0][0], percentile[rows, columns])
    assert_twins(kernels.HIGHEST_BEFORE, values, window, least, sign)
    assert_twins(kernels.SESSIONS_SINCE, values, sign)


@EXAMPLES
@given(data=st.data(), values=worlds())
def test_growth_from_a_base(data: st.DataObject, values: Floats) -> None:
    picks = data.draw(st.lists(st.integers(-1, 13), min_size=len(values), max_size=len(values)))
    base: Columns = np.minimum(np.array(picks, dtype=np.int64), np.arange(len(values)))
    assert_twins(kernels.GROWTH_FROM, values, base)


@pytest.mark.parametrize(("gap", "kept"), [(32_767, 2), (32_768, 0)])
def test_runs_and_gaps_as_long_as_shorts_count(gap: int, kept: int) -> None:
    steps = np.full((gap + 3, 2), NAN)
    steps[:2], steps[2:, 1], steps[-1] = 1.0, 1.0, -1.0
    (broken,) = assert_twins(kernels.COUNTED_RUNS, steps, 1.0, False, False, 0.0, 40_000, True, interpreted=False)
    assert broken[-1].tolist() == [kept, 32_767]


@EXAMPLES
@given(data=st.data(), values=worlds(), least=st.integers(0, 3))
def test_ranks(data: st.DataObject, values: Floats, least: int) -> None:
    members: Bools = data.draw(arrays(np.bool_, values.shape, elements=st.booleans(), fill=st.nothing()))
    columns = np.array(data.draw(st.permutations(range(values.shape[1]))), dtype=np.int64)
    cut, stop = sorted(data.draw(st.tuples(*(st.integers(0, values.shape[1]) for _ in range(2)))))
    bounds = np.array([0, cut, stop], dtype=np.int64)
    assert_twins(kernels.RANK_WITHIN, values, members, columns, bounds, least, 0.9)
    assert_twins(kernels.OVERTAKINGS, values, members, columns, bounds, least, 0.01)
    assert_twins(kernels.GROUP_SUMS, values, members, columns, bounds, shape=(len(values), 2))
    assert_twins(kernels.GROUP_COUNTS, members, columns, bounds, shape=(len(values), 2))


def long_world(seed: int, sessions: int, funds: int) -> Floats:
    """Years of levels: listed late, suspended for weeks, split, and one fund that stands still."""
    luck = np.random.default_rng(seed)
    values = np.exp(np.cumsum(luck.normal(0, 0.02, (sessions, funds)), axis=0)) * luck.uniform(0.5, 100, funds)
    values[np.arange(sessions)[:, None] < luck.integers(0, sessions, funds) - sessions // 2] = NAN
    for fund in range(funds):
        rest = luck.integers(0, sessions)
        values[rest : rest + luck.integers(0, 90), fund] = NAN
        values[luck.integers(0, sessions) :, fund] /= 3
    values[luck.random((sessions, funds)) < 0.02] = NAN
    values[sessions // 2 :, 0] = 1.7
    return values


def windowed(values: Floats) -> Iterator[tuple[Any, ...]]:
    moves = values[1:] / values[:-1] - 1
    yield kernels.RUNS, moves, 1.0, False, False, 0.0, 5
    yield kernels.COUNTED_RUNS, moves, 1.0, False, False, 0.0, 5, True
    yield kernels.CARRIED, values, 20
    yield kernels.SESSIONS_SINCE, values, 1.0
    for window in (5, 60, 250):
        yield kernels.ROLLING_SUM, values, window
        yield kernels.MEAN_BEFORE, values, window, window // 2
        yield kernels.ROLLING_GROWTH, moves, window
        yield kernels.ZSCORES, values, window, window // 2
        yield kernels.PERCENTILES, values, window, window // 2
        yield kernels.HIGHEST_BEFORE, values, window, window // 2, 1.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("sessions", "funds"), [(700, 9), (300, 1), (1, 40)])
def test_years_of_sessions(seed: int, sessions: int, funds: int) -> None:
    for kernel, *inputs in windowed(long_world(seed, sessions, funds)):
        assert_twins(kernel, *inputs, interpreted=funds == 1 and seed == 0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("sessions", "funds"), [(101, 60), (7, 300), (3, 1)])
def test_groups_of_every_size(seed: int, sessions: int, funds: int) -> None:
    luck = np.random.default_rng(seed)
    values = long_world(seed, sessions, funds).round(0)
    members = luck.random(values.shape) < 0.9
    inner = np.sort(luck.integers(0, funds + 1, funds // 5))
    bounds = np.array([0, *inner, luck.integers(inner[-1] if len(inner) else 0, funds + 1)], dtype=np.int64)
    columns = luck.permutation(funds).astype(np.int64)
    small = seed == 0 and sessions < 10
    assert_twins(kernels.RANK_WITHIN, values, members, columns, bounds, 2, 0.8, interpreted=small)
    assert_twins(kernels.OVERTAKINGS, values, members, columns, bounds, 5, 0.01, interpreted=small)
    shape = sessions, len(bounds) - 1
    assert_twins(kernels.GROUP_SUMS, values, members, columns, bounds, interpreted=small, shape=shape)
    assert_twins(kernels.GROUP_COUNTS, members, columns, bounds, interpreted=small, shape=shape)


@pytest.mark.parametrize("kernel", KERNELS, ids=[one.plain.__name__ for one in KERNELS])
def test_both_bodies_of_a_kernel_have_one_name(kernel: Kernel[Any]) -> None:
    assert kernel.plain.__name__ == kernel.loops.__name__
    assert kernel.plain is not kernel.loops

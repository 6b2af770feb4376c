"""The kernels against plain loops over one column at a time, written for this test alone."""

import statistics
from collections.abc import Sequence
from datetime import date, timedelta
from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.core.matrix import Floats
from signals.core.ranks import rank_within
from signals.core.runs import Flat, episodes, runs
from signals.core.series import base_rows, carried
from signals.core.windows import against_own_past, rolling_sum
from tests.signals.worlds import EXAMPLES, matrices

NAN = float("nan")


def plain_run(
    steps: Sequence[float], *, rising: bool, flat: Flat, least: float, max_gap: int
) -> list[tuple[int, float, int, int]]:
    """(length, total, start, gaps) after each session."""
    counted: list[int] = []
    silent = waiting = gaps = 0
    out = []
    for row, step in enumerate(steps):
        if isnan(step):
            silent, waiting = (silent + 1, waiting + 1) if counted else (0, 0)
            broken = silent > max_gap
        else:
            silent = 0
            direction = step if rising else -step
            even = abs(step) <= least
            if direction > least or (even and flat is Flat.COUNTS and counted):
                counted.append(row)
                gaps, waiting = gaps + waiting, 0
            broken = direction < -least or (even and flat is Flat.BREAKS)
        if broken:
            counted, silent, waiting, gaps = [], 0, 0, 0
        out.append((len(counted), sum(steps[at] for at in counted), counted[0] if counted else -1, gaps))
    return out


@EXAMPLES
@given(
    steps=matrices(),
    rising=st.booleans(),
    flat=st.sampled_from(Flat),
    least=st.sampled_from([0.0, 0.5, 1.0]),
    max_gap=st.integers(0, 3),
)
def test_runs_are_those_of_a_plain_loop(steps: Floats, rising: bool, flat: Flat, least: float, max_gap: int) -> None:
    got = runs(steps, rising=rising, flat=flat, least=least, max_gap=max_gap)
    for at in range(steps.shape[1]):
        expected = plain_run(steps[:, at].tolist(), rising=rising, flat=flat, least=least, max_gap=max_gap)
        assert got.length[:, at].tolist() == [one[0] for one in expected]
        assert got.total[:, at].tolist() == pytest.approx([one[1] for one in expected])
        assert got.start[:, at].tolist() == [one[2] for one in expected]
        assert got.gaps[:, at].tolist() == [one[3] for one in expected]


@EXAMPLES
@given(steps=matrices(), flat=st.sampled_from(Flat), stop=st.integers(0, 14))
def test_runs_do_not_look_ahead(steps: Floats, flat: Flat, stop: int) -> None:
    whole, cut = runs(steps, flat=flat), runs(steps[:stop], flat=flat)
    np.testing.assert_array_equal(whole.length[:stop], cut.length)
    np.testing.assert_array_equal(whole.gaps[:stop], cut.gaps)


def plain_episode(rungs: Sequence[float]) -> list[tuple[int, int]]:
    """(since, reached) after each session; NaN = unknown."""
    since = reached = -1
    last = 0.0
    out = []
    for row, rung in enumerate(rungs):
        if not isnan(rung):
            if rung == 0:
                since = reached = -1
            else:
                since = row if last == 0 else since
                reached = row if rung != last else reached
            last = rung
        out.append((since, reached))
    return out


@EXAMPLES
@given(rungs=matrices(st.sampled_from([0.0, 0.0, 3.0, 5.0, NAN])))
def test_episodes_are_those_of_a_plain_loop(rungs: Floats) -> None:
    got = episodes(np.nan_to_num(rungs).astype(np.int64), np.isfinite(rungs))
    for at in range(rungs.shape[1]):
        expected = plain_episode(rungs[:, at].tolist())
        assert list(zip(got.since[:, at], got.reached[:, at], strict=True)) == expected


@EXAMPLES
@given(values=matrices(), sessions=st.integers(1, 6))
def test_rolling_sums_are_those_of_a_plain_loop(values: Floats, sessions: int) -> None:
    got = rolling_sum(values, sessions)
    for at in range(values.shape[1]):
        for row in range(len(values)):
            window = values[max(0, row - sessions + 1) : row + 1, at].tolist()
            expected = sum(window) if len(window) == sessions else NAN
            assert got[row, at] == pytest.approx(expected, nan_ok=True)


@EXAMPLES
@given(values=matrices(), sessions=st.integers(0, 5))
def test_carried_values_are_those_of_a_plain_loop(values: Floats, sessions: int) -> None:
    filled, rows = carried(values, sessions)
    for at in range(values.shape[1]):
        for row in range(len(values)):
            known = [back for back in range(max(0, row - sessions), row + 1) if not isnan(values[back, at])]
            assert rows[row, at] == (known[-1] if known else -1)
            assert filled[row, at] == pytest.approx(values[known[-1], at] if known else NAN, nan_ok=True)


@EXAMPLES
@given(values=matrices(st.one_of(st.just(NAN), st.integers(0, 6).map(float))), sessions=st.integers(1, 8))
def test_the_own_past_is_that_of_the_statistics_module(values: Floats, sessions: int) -> None:
    got = against_own_past(values, sessions, 2)
    for at in range(values.shape[1]):
        for row in range(len(values)):
            now = values[row, at]
            past = [one for one in values[max(0, row - sessions) : row, at].tolist() if not isnan(one)]
            stated = len(past) >= 2 and not isnan(now)
            below = sum(one < now for one in past) + 0.5 * sum(one == now for one in past)
            share = below / len(past) if stated else NAN
            varies = stated and len(set(past)) > 1
            score = (now - statistics.fmean(past)) / statistics.stdev(past) if varies else NAN
            assert got.percentile[row, at] == pytest.approx(share, nan_ok=True)
            assert got.zscore[row, at] == pytest.approx(score, nan_ok=True)


@EXAMPLES
@given(values=matrices(subjects=12), groups=st.integers(1, 3), luck=st.randoms(use_true_random=False))
def test_ranks_are_those_of_a_plain_loop(values: Floats, groups: int, luck: object) -> None:
    columns = values.shape[1]
    draw = luck.random  # type: ignore[attr-defined]
    members = np.array([[draw() < 0.85 for _ in range(columns)] for _ in values], dtype=np.bool_).reshape(values.shape)
    parts = [list(range(start, columns, groups + 1)) for start in range(groups)]
    got = rank_within(values, parts, members)
    every = np.divmod(np.arange(values.size), max(1, columns))
    for row in range(len(values)):
        expected, sizes = [NAN] * columns, [NAN] * columns
        for part in parts:
            inside = [at for at in part if members[row, at]]
            known = [at for at in inside if not isnan(values[row, at])]
            if len(inside) >= 3 and 10 * len(known) >= 9 * len(inside):
                for at in known:
                    expected[at] = 1 + sum(values[row, other] > values[row, at] for other in known)
                    sizes[at] = len(known)
        assert got.rank[row].tolist() == pytest.approx(expected, nan_ok=True)
        assert got.size[row].tolist() == pytest.approx(sizes, nan_ok=True)
    np.testing.assert_array_equal(got.size_at(*every), got.size.ravel())


@EXAMPLES
@given(shifts=st.lists(st.integers(1, 40), max_size=40), monthly=st.booleans())
def test_base_rows_are_the_last_session_of_the_period_before(shifts: list[int], monthly: bool) -> None:
    days = [date(2023, 11, 20)]
    for shift in shifts:
        days.append(days[-1] + timedelta(days=shift))
    for row, base in enumerate(base_rows(days, monthly=monthly)):
        first = days[row].replace(day=1) if monthly else days[row].replace(month=1, day=1)
        earlier = [at for at in range(row) if days[at] < first]
        assert base == (earlier[-1] if earlier else -1)


def test_the_sample_deviation_is_the_one_that_is_used() -> None:
    # Four values 1, 1, 3, 3: the deviation is √(4/3) of a sample, 1 of a population.
    got = against_own_past(np.array([[1.0], [1.0], [3.0], [3.0], [4.0]]), 4, 4)
    assert got.zscore[4, 0] == pytest.approx(2 / sqrt(4 / 3))

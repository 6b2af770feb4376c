"""Loops over whole histories that a compiler turns into vector instructions; each reads its matrices once.

They are plain Python too, and their twins in whole matrices stand in the tests. Compiled code is kept beside this
file, so that only the very first call waits for the compiler.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from signals.core.matrix import Bools, Floats, Ints

Counts: TypeAlias = npt.NDArray[np.int32]
"""Smaller than other counts: they are read once for every price."""


def loop_paths(moves: Floats, lost: Bools, most: float, price: Floats, chain: Counts) -> None:
    """Compound moves of at most `most` into `price`; count the sessions whose move is lost in `chain`."""
    sessions, subjects = moves.shape
    worth, broken = np.ones(subjects), np.zeros(subjects, dtype=np.int64)
    for row in range(sessions):
        for column in range(subjects):
            move = moves[row, column]
            good = abs(move) <= most
            worth[column] *= 1.0 + move if good else 1.0
            broken[column] += lost[row, column]
            price[row, column] = worth[column] if good else np.nan
            chain[row, column] = broken[column]


def loop_told(fires: Bools, since: Ints, reached: Ints, rung: Ints, told: Bools) -> None:
    """Mark where something that fires would have been told: a new episode whose rung was reached just now, or a
    higher rung than was told within its episode."""
    sessions, subjects = fires.shape
    last, highest = np.full(subjects, -1), np.zeros(subjects, dtype=np.int64)
    for row in range(sessions):
        for column in range(subjects):
            told[row, column] = False
            if not fires[row, column]:
                continue
            begins = last[column] < since[row, column]
            grows = not begins and rung[row, column] > highest[column]
            if grows or (begins and reached[row, column] >= row - 1):
                told[row, column] = True
                last[column], highest[column] = row, rung[row, column]


def loop_crossings(values: Floats, thresholds: Floats, places: Ints) -> int:
    """Count how often values come to rising thresholds from below; fill in row, column and threshold as far as
    `places` has room for them."""
    sessions, subjects = values.shape
    before = np.full(subjects, -1)
    found = 0
    for row in range(sessions):
        for column in range(subjects):
            value = values[row, column]
            if value != value:  # noqa: PLR0124 - NaN
                continue
            level = 0
            while level < len(thresholds) and thresholds[level] <= value:
                level += 1
            last = before[column]
            before[column] = level
            if last < 0:
                continue
            for one in range(last, level):
                if found < len(places):
                    places[found, 0], places[found, 1], places[found, 2] = row, column, one
                found += 1
    return found


def loop_tally(  # noqa: PLR0917 - positional and in one piece, as compiled loops are
    price: Floats,
    chain: Counts,
    judged: Bools,
    netted: bool,
    horizons: Ints,
    starts: Ints,
    columns: Ints,
    groups: Ints,
    fired: Floats,
    base: Floats,
    mean: Floats,
) -> None:
    """Fill the sums of a `Tally`; firings of a session stand from its `starts` up to the next one's.

    For each session and horizon: the mean of all subjects, the sums of those that were judged, and the sums of
    those that fired, group by group.
    """
    sessions, subjects = price.shape
    for row in range(sessions - 2):
        first = row + 1
        for at in range(len(horizons)):
            last = first + horizons[at]
            if last >= sessions:
                continue
            total, summed, count, above, net = 0, 0.0, 0, 0, 0.0
            for column in range(subjects):
                moved = price[last, column] / price[first, column] - 1.0
                good = (moved == moved) & (chain[last, column] == chain[first, column])  # noqa: PLR0124 - NaN
                told = good & judged[row, column]
                total += good
                summed += moved if good else 0.0
                count += told
                above += told & (moved > 0.0)
                net += moved if told else 0.0
            if total == 0:
                continue
            usual = summed / total if netted else 0.0
            mean[row, at] = usual
            base[row, at, 0] = count
            base[row, at, 1] = above
            base[row, at, 2] = net - count * usual
            for event in range(starts[row], starts[row + 1]):
                column, group = columns[event], groups[event]
                moved = price[last, column] / price[first, column] - 1.0
                if moved != moved or chain[last, column] != chain[first, column]:  # noqa: PLR0124 - NaN
                    continue
                fired[row, group, at, 0] += 1.0
                fired[row, group, at, 1] += moved > 0.0
                fired[row, group, at, 2] += moved - usual
                fired[row, group, at, 3] += moved > usual


_compiled = njit(cache=True, error_model="numpy", fastmath={"reassoc", "nsz"})
walk_paths: Callable[[Floats, Bools, float, Floats, Counts], None] = _compiled(loop_paths)
walk_told: Callable[[Bools, Ints, Ints, Ints, Bools], None] = _compiled(loop_told)
walk_crossings: Callable[[Floats, Floats, Ints], int] = _compiled(loop_crossings)
walk_tally: Callable[..., None] = _compiled(loop_tally)

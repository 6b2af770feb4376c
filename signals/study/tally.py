"""One pass over a history: per session, how often and by how much the subjects of firings, and of all days, moved.

A firing of session t is entered at the close of t+1 and left h sessions later. Its return is net of the mean return
of all subjects over the same sessions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from signals.core.matrix import Bools, Floats, Ints
from signals.study.firings import Firings
from signals.study.ground import Ground, Paths

COUNT, UP, NET, AHEAD = range(4)
"""Places in a tally: returns known; of these above zero; their sum, net; of these above the mean of all."""

WORTH_COMPILING = 4_000_000
"""Cells × horizons from which on the compiled walk is worth the seconds that compiling it may take once."""


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Sums per session of the signal, by which a study can be weighted and drawn again."""

    fired: Floats
    """Sessions × groups × horizons × (COUNT, UP, NET, AHEAD)."""
    base: Floats
    """Sessions × horizons × (COUNT, UP, NET) of every subject that could be judged."""
    mean: Floats
    """Sessions × horizons: what is taken off; NaN where no return is known."""


def tally(firings: Firings, groups: int, ground: Ground, judged: Bools, horizons: Sequence[int]) -> Tally:
    """Count what followed the firings (of the ground's own columns, by rising row) and all judged days."""
    price, steps = ground.paths.price, np.array(horizons, dtype=np.int64)
    sessions = len(price)
    out = Tally(
        fired=np.zeros((sessions, groups, len(steps), 4)),
        base=np.zeros((sessions, len(steps), 3)),
        mean=np.full((sessions, len(steps)), np.nan),
    )
    walk = _walk if price.size * len(steps) >= WORTH_COMPILING else plain_walk
    starts = np.searchsorted(firings.rows, np.arange(sessions + 1))
    walk(
        price,
        ground.paths.chain,
        judged,
        ground.netted,
        steps,
        starts,
        firings.columns,
        firings.groups,
        out.fired,
        out.base,
        out.mean,
    )
    return out


def returns_after(paths: Paths, rows: Ints, columns: Ints, horizon: int) -> Floats:
    """The return of each cell from the close of the next session on; NaN where either end is not known."""
    out = np.full(len(rows), np.nan)
    within = rows + 1 + horizon < len(paths.price)
    first, column = rows[within] + 1, columns[within]
    last = first + horizon
    unbroken = paths.chain[first, column] == paths.chain[last, column]
    out[within] = np.where(unbroken, paths.price[last, column] / paths.price[first, column] - 1, np.nan)
    return out


def plain_walk(  # noqa: PLR0917 - positional, as the compiled twin is called
    price: Floats,
    chain: Ints,
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
    """Fill `fired`, `base` and `mean`: what the compiled walk does, in whole matrices."""
    sessions = len(price)
    rows = np.repeat(np.arange(sessions), np.diff(starts))
    for at, horizon in enumerate(horizons):
        last = sessions - 1 - int(horizon)
        if last < 1:
            continue
        moved = price[1 + horizon :] / price[1:-horizon] - 1
        good = np.isfinite(moved) & (chain[1 + horizon :] == chain[1:-horizon])
        moved = np.where(good, moved, 0.0)
        total = good.sum(axis=1)
        average = np.where(total > 0, moved.sum(axis=1) / np.maximum(total, 1) if netted else 0.0, np.nan)
        mean[:last, at] = average
        told = good & judged[:last]
        base[:last, at, COUNT] = told.sum(axis=1)
        base[:last, at, UP] = (told & (moved > 0)).sum(axis=1)
        base[:last, at, NET] = np.where(told, moved - average[:, None], 0.0).sum(axis=1)
        inside = rows < last
        row, column, group = rows[inside], columns[inside], groups[inside]
        mine = good[row, column]
        row, column, group = row[mine], column[mine], group[mine]
        own, usual = moved[row, column], average[row]
        for place, value in ((COUNT, 1.0), (UP, own > 0), (NET, own - usual), (AHEAD, own > usual)):
            np.add.at(fired[:, :, at, place], (row, group), value)


def loop_walk(  # noqa: PLR0917, C901, PLR0912 - one pass that a compiler turns into vector instructions
    price: Floats,
    chain: Ints,
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
    """`plain_walk`, cell by cell: reads each price once, for all horizons, thresholds and the base together."""
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


_walk: Callable[..., None] = njit(cache=True, error_model="numpy", fastmath={"reassoc", "nsz"})(loop_walk)

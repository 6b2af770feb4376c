"""One pass over a history: per session, how often and by how much the subjects of firings, and of all days, moved.

A firing of session t is entered at the close of t+1 and left h sessions later. Its return is net of the mean return
of all subjects over the same sessions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from signals.core.matrix import Bools, Columns, Floats
from signals.study.firings import Firings
from signals.study.ground import Ground, Paths
from signals.study.kernels import TALLY

COUNT, UP, NET, AHEAD = range(4)
"""Places in a tally: returns known; of these above zero; their sum, net; of these above the mean of all."""

_FIRED, _BASE = 4, 3
"""How many of them are kept of firings and of all judged days."""


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
    fired = np.zeros((sessions, groups * len(steps) * _FIRED))
    base, mean = np.zeros((sessions, len(steps) * _BASE)), np.full((sessions, len(steps)), np.nan)
    starts = np.searchsorted(firings.rows, np.arange(sessions + 1))
    TALLY(
        price,
        ground.paths.chain,
        np.ascontiguousarray(judged),
        ground.netted,
        steps,
        starts,
        np.ascontiguousarray(firings.columns),
        np.ascontiguousarray(firings.groups),
        fired,
        base,
        mean,
    )
    return Tally(
        fired=fired.reshape(sessions, groups, len(steps), _FIRED),
        base=base.reshape(sessions, len(steps), _BASE),
        mean=mean,
    )


def returns_after(paths: Paths, rows: Columns, columns: Columns, horizon: int) -> Floats:
    """The return of each cell from the close of the next session on; NaN where either end is not known."""
    out = np.full(len(rows), np.nan)
    within = rows + 1 + horizon < len(paths.price)
    first, column = rows[within] + 1, columns[within]
    last = first + horizon
    unbroken = paths.chain[first, column] == paths.chain[last, column]
    out[within] = np.where(unbroken, paths.price[last, column] / paths.price[first, column] - 1, np.nan)
    return out

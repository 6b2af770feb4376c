"""Share counts, and worths of one share, of sessions before and after a split, brought onto one scale."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from signals.core.corporate import find_actions
from signals.core.matrix import Columns, Floats, Ints
from signals.core.panel import Panel


@dataclass(frozen=True, eq=False, slots=True)
class ShareScale:
    """What share counts of different sessions have to be divided by to compare."""

    sessions: int
    funds: int
    split: Columns
    """Columns of the funds that have ever been split: the others' factors are all 1."""
    split_factors: Floats
    """New shares per share of the panel's first session, sessions × these."""

    @property
    def factors(self) -> Floats:
        """New shares per share of the panel's first session, sessions × funds."""
        out = np.ones((self.sessions, self.funds))
        out[:, self.split] = self.split_factors
        return out

    def unsplit(self, counts: Floats) -> Floats:
        """Counts on the scale of the panel's first session; the matrix itself where no fund was ever split."""
        if not self.split.size:
            return counts
        out = counts.copy()
        out[:, self.split] /= self.split_factors
        return out

    def brought(self, counts: Floats, rows: Ints) -> Floats:
        """Counts of the sessions `rows`, on the scale of their own cell's session; a matrix of its own."""
        out = counts.copy()
        self._move(out, rows, lambda now, then: now / then)
        return out

    def take_back(self, worths: Floats, rows: Ints) -> None:
        """Bring worths of one share of the sessions `rows` to one share of their own cell's session, in their place."""
        self._move(worths, rows, lambda now, then: then / now)

    def _move(self, values: Floats, rows: Ints, ratio: Callable[[Floats, Floats], Floats]) -> None:
        now = self.split_factors
        then = np.take_along_axis(now, np.maximum(rows[:, self.split], 0), axis=0)
        values[:, self.split] *= ratio(now, then)


def share_scale(panel: Panel) -> ShareScale:
    """The scale of the share counts over all splits of the panel."""
    actions = panel.derive(find_actions)
    ratios = actions.share_ratio
    split, own = np.unique(ratios.columns, return_inverse=True)
    steps = np.ones((ratios.shape[0], len(split)))
    steps[ratios.rows, own] = ratios.values
    return ShareScale(*ratios.shape, split, np.asarray(np.cumprod(steps, axis=0), np.float64))

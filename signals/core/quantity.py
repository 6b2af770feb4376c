"""The vocabulary of derived figures: one definition for detectors, digests, rules and exports."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from signals.core.field import Axis, Field
from signals.core.matrix import Ints
from signals.core.measure import Figure, Measure
from signals.core.panel import Panel
from signals.core.series import carried
from signals.core.text import Text

STALE_SESSIONS = 5
"""A figure older than this is not shown as the latest one."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A named figure of every fund, index or market and every session."""

    name: str
    label: Text
    needs: frozenset[Field]
    """The fields whose publication makes it known."""
    compute: Callable[[Panel], Measure]
    axis: Axis = Axis.FUND

    def on(self, panel: Panel) -> Measure:
        """The quantity on each session of the panel, computed once."""
        return panel.derive(self.compute)

    def newest_rows(self, panel: Panel) -> Ints:
        """Per subject: the last row for which its publisher has spoken of every need; −1 = none recent.

        Publishers are the exchanges: a fund that its exchange's newest table leaves out is unknown, it
        does not fall back to an older table. A market speaks for itself: 两市 has a figure once both have.
        """
        sessions, count = panel.shape(self.axis)
        if self.axis is Axis.MARKET:
            recent = np.where(np.arange(sessions)[:, None] >= sessions - STALE_SESSIONS, self.on(panel).values, np.nan)
            return np.asarray(carried(recent, sessions)[1][-1])
        newest = np.full(count, -1, dtype=np.int64)
        for columns in panel.publishers(self.axis):
            spoken = np.ones(sessions, dtype=np.bool_)
            for need in self.needs:
                spoken &= np.isfinite(panel.values(need)[:, columns]).any(axis=1)
            rows = np.flatnonzero(spoken[-STALE_SESSIONS:])
            if rows.size:
                newest[columns] = rows[-1] + max(0, sessions - STALE_SESSIONS)
        return newest

    def figure(self, panel: Panel, subject: str) -> Figure | None:
        """The newest published figure of a subject; None where it is not known."""
        if subject not in panel.columns[self.axis]:
            return None
        column = panel.column(self.axis, subject)
        row = int(panel.derive(self.newest_rows)[column])
        measure = self.on(panel)
        if row < 0 or not np.isfinite(measure.values[row, column]):
            return None
        return panel.figure(measure, row, column)

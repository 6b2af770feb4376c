"""The vocabulary of derived figures: one definition for detectors, digests, rules and exports."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from signals.core.field import (
    FINANCING,
    FUND_FINANCING,
    FUND_SHORT_SHARES,
    MARGIN_TOTAL,
    NAV,
    SHARES,
    SHORT,
    SPOT_IOPV,
    SPOT_PREV_CLOSE,
    SPOT_PRICE,
    Axis,
    Field,
    Unit,
)
from signals.core.matrix import Bools, Floats, Ints
from signals.core.measure import Figure, Measure
from signals.core.panel import Panel
from signals.core.series import carried
from signals.core.text import Text

_SUMMED = frozenset({Axis.MARKET, Axis.CLASS, Axis.TRACKED})
"""Axes whose figures are sums: known once enough of their parts are."""

STALE_SESSIONS = 5
"""A figure older than this is not shown as the latest one."""


class Freshness(StrEnum):
    """When a session's figure is out (3 of the domain rules), earliest first."""

    INTRADAY = "intraday"
    """While the exchanges trade."""
    CLOSE = "close"
    """Some minutes after the close."""
    EVENING = "evening"
    """In the evening, provisionally for Shenzhen's share counts."""
    MORNING = "morning"
    """Before the open of the next session."""


_PUBLISHED = {
    **dict.fromkeys((SPOT_PRICE, SPOT_PREV_CLOSE, SPOT_IOPV), Freshness.INTRADAY),
    NAV: Freshness.EVENING,
    SHARES: Freshness.EVENING,
    FINANCING: Freshness.MORNING,
    SHORT: Freshness.MORNING,
    MARGIN_TOTAL: Freshness.MORNING,
    FUND_FINANCING: Freshness.MORNING,
    FUND_SHORT_SHARES: Freshness.MORNING,
}
"""Fields that are not out at the close."""


@dataclass(frozen=True, eq=False, slots=True)
class Scale:
    """What makes figures of different sessions comparable over splits and dividends."""

    factors: Floats
    """Figures times these are on one scale."""
    doubtful: Bools
    """Sessions that do not compare with earlier ones, at least not on their own evening."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A named figure of every fund, index or market and every session."""

    name: str
    label: Text
    unit: Unit
    meaning: Text
    """What it is, in a line; `/fields` shows it."""
    words: tuple[str, ...] = ()
    """Other names that a rule may call it by, beside `name` and `label`."""
    opposite: tuple[str, ...] = ()
    """Names of the same figure with the other sign: 折价率 is a negative premium."""
    needs: frozenset[Field]
    """The fields whose publication makes it known."""
    compute: Callable[[Panel], Measure]
    axis: Axis = Axis.FUND
    per_session: bool = False
    """A figure of the session alone, so that a sum over sessions means something."""
    sessions: int = 1
    """Sessions that it looks at, its own included."""
    scale: Callable[[Panel], Scale] | None = None
    """How its sessions are brought onto one scale; None = they are on one already."""

    @property
    def freshness(self) -> Freshness:
        """When a session's figure is out: with the last of its needs."""
        order = list(Freshness)
        return max((_PUBLISHED.get(need, Freshness.CLOSE) for need in self.needs), key=order.index)

    def on(self, panel: Panel) -> Measure:
        """The quantity on each session of the panel, computed once."""
        return panel.derive(self.compute)

    def newest_rows(self, panel: Panel) -> Ints:
        """Per subject: the last row for which its publisher has spoken of every need; −1 = none recent.

        Publishers are the exchanges: a fund that its exchange's newest table leaves out is unknown, it
        does not fall back to an older table. Sums speak for themselves: 两市 has a figure once both have.
        """
        sessions, count = panel.shape(self.axis)
        if self.axis in _SUMMED:
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

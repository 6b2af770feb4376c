"""Up and down streaks of a fund's price on one basis or the better of two (2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from signals.core.field import Unit
from signals.core.matrix import Bools, Floats, Ints
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.prices import CHANGE, TRACKED_CHANGE
from signals.core.series import Flat, Runs, Scalar, carried, runs, sum_since
from signals.core.signal import Basis
from signals.core.values import NAV_CHANGE

_CHANGES = {Basis.CLOSE: CHANGE, Basis.NAV: NAV_CHANGE, Basis.INDEX: TRACKED_CHANGE}


class Watch(StrEnum):
    """Which series a detector follows."""

    CLOSE = "close"
    NAV = "nav"
    INDEX = "index"
    BOTH = "both"
    """Close and NAV."""

    @property
    def bases(self) -> tuple[Basis, ...]:
        """Close first: on a tie it is the one that is told."""
        return (Basis.CLOSE, Basis.NAV) if self is Watch.BOTH else (Basis(self.value),)


@dataclass(frozen=True, eq=False, slots=True)
class Trend:
    """The runs of one basis in one direction."""

    basis: Basis
    change: Measure
    runs: Runs
    rows: Ints
    """Row of the newest known move at or before each session."""

    @property
    def known(self) -> Bools:
        """Where the move was known on its own session."""
        return knowable(self.change)

    @property
    def gain(self) -> Floats:
        """Compound move over the run, the flat sessions inside it included."""
        return np.expm1(sum_since(np.log1p(self.change.values), self.runs.start))


def trends(panel: Panel, watch: Watch, *, rising: bool, flat: Flat, least_move: float) -> list[Trend]:
    """One `Trend` for each basis that is watched; a move within ±`least_move` is flat."""
    found = []
    for basis in watch.bases:
        change = _CHANGES[basis].on(panel)
        run = runs(change.values, rising=rising, flat=flat, least=least_move)
        found.append(Trend(basis, change, run, carried(change.values, len(change.values))[1]))
    return found


@dataclass(frozen=True, eq=False, slots=True)
class Choice:
    """Which of several bases speaks in each cell."""

    bases: tuple[Basis, ...]
    index: Ints

    @classmethod
    def longest(cls, bases: Sequence[Basis], lengths: Sequence[Ints]) -> "Choice":
        """The basis with the longest run; the earlier one on a tie."""
        return cls(tuple(bases), np.argmax(np.stack(lengths), axis=0))

    def pick(self, matrices: Sequence[Floats]) -> Floats:
        """Each cell from the matrix of its basis."""
        return _cells(matrices, self.index)

    def measure(self, measures: Sequence[Measure]) -> Measure:
        """Each cell from the measure of its basis, with that basis' own provenance."""
        own = np.broadcast_to(np.arange(len(self.index))[:, None], self.index.shape)
        return Measure(
            values=self.pick([one.values for one in measures]),
            unit=measures[0].unit,
            inputs=frozenset().union(*(one.inputs for one in measures)),
            chosen=(tuple(one.inputs for one in measures), self.index),
            estimated=_cells([one.soft for one in measures], self.index),
            rows=self.rows([own if one.rows is None else one.rows for one in measures]),
        )

    def rows(self, matrices: Sequence[Ints]) -> Ints:
        """`pick` for row numbers."""
        return _cells(matrices, self.index)

    def basis(self, row: int, column: int) -> Basis:
        """The basis that speaks in a cell."""
        return self.bases[int(self.index[row, column])]


def _cells(matrices: Sequence[npt.NDArray[Scalar]], index: Ints) -> npt.NDArray[Scalar]:
    chosen: npt.NDArray[Scalar] = np.take_along_axis(np.stack(matrices), index[None], axis=0)[0]
    return chosen


def length_measure(trend: Trend, values: Floats, rows: Ints) -> Measure:
    """A streak's length as evidence, dated by the streak's last session."""
    return Measure(values=values, unit=Unit.SESSIONS, inputs=trend.change.inputs, rows=rows)

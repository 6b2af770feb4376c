"""Up and down streaks of a fund's price on one basis or the better of two (2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, reduce

import numpy as np
import numpy.typing as npt

from signals.core.field import Unit
from signals.core.matrix import Bools, Floats, Ints, Rows
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.prices import CHANGE, TRACKED_CHANGE
from signals.core.runs import Flat, broken_runs, compounded_since, run_lengths, run_starts
from signals.core.series import Scalar, carried
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


@dataclass(frozen=True, eq=False)
class Trend:
    """The runs of one basis in one direction; what only a told signal needs is computed when it is asked for."""

    basis: Basis
    change: Measure
    rising: bool
    flat: Flat
    least_move: float

    @cached_property
    def length(self) -> Ints:
        """Sessions in a row that moved this way; what they sum up to means nothing."""
        return run_lengths(self.change.values, rising=self.rising, flat=self.flat, least=self.least_move)

    @cached_property
    def start(self) -> Rows:
        """Row of the first of them; −1 = none."""
        return run_starts(self.length)

    @cached_property
    def broken(self) -> Ints:
        """Length of the run that each session's move has ended; 0 where none, or none that was known that day."""
        length = broken_runs(self.change.values, rising=self.rising, flat=self.flat, least=self.least_move)
        if self.change.late is not None:
            length[self.change.late] = 0
        return length

    @cached_property
    def rows(self) -> Ints:
        """Row of the newest known move at or before each session."""
        return carried(self.change.values, len(self.change.values))[1]

    @cached_property
    def known(self) -> Bools:
        """Where the move was known on its own session."""
        return knowable(self.change)

    @cached_property
    def gain(self) -> Floats:
        """Compound move over the run, the flat sessions inside it included."""
        return compounded_since(self.change.values, self.start)


def trends(panel: Panel, watch: Watch, *, rising: bool, flat: Flat, least_move: float) -> list[Trend]:
    """One `Trend` for each basis that is watched; a move within ±`least_move` is flat."""
    return [panel.derive(_trend(basis, rising, flat, least_move)) for basis in watch.bases]


@cache
def _trend(basis: Basis, rising: bool, flat: Flat, least_move: float) -> Callable[[Panel], Trend]:
    """One function for one set of rules, so that a panel lays each trend once for all who follow it."""
    return lambda panel: Trend(basis, _CHANGES[basis].on(panel), rising, flat, least_move)


@dataclass(frozen=True, eq=False)
class Choice:
    """Which of several bases speaks in each cell."""

    bases: tuple[Basis, ...]
    lengths: tuple[Ints, ...]

    @classmethod
    def longest(cls, bases: Sequence[Basis], lengths: Sequence[Ints]) -> "Choice":
        """The basis with the longest run; the earlier one on a tie."""
        return cls(tuple(bases), tuple(lengths))

    @cached_property
    def length(self) -> Ints:
        """The longest of the runs."""
        return reduce(np.maximum, self.lengths)

    @cached_property
    def index(self) -> Ints:
        """Number of the basis in each cell."""
        index, best = np.zeros(self.lengths[0].shape, dtype=np.int64), self.lengths[0]
        for at, length in enumerate(self.lengths[1:], start=1):
            index[length > best] = at
            best = np.maximum(best, length)
        return index

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
        chosen = matrices[0]
        best = self.lengths[0]
        for matrix, length in zip(matrices[1:], self.lengths[1:], strict=True):
            longer = length > best
            chosen, best = np.where(longer, matrix, chosen), np.maximum(best, length)
        return chosen

    def basis(self, row: int, column: int) -> Basis:
        """The basis that speaks in a cell."""
        return self.bases[int(np.argmax([length[row, column] for length in self.lengths]))]


def _cells(matrices: Sequence[npt.NDArray[Scalar]], index: Ints) -> npt.NDArray[Scalar]:
    chosen = matrices[0]
    for at, matrix in enumerate(matrices[1:], start=1):
        chosen = np.where(index == at, matrix, chosen)
    return chosen


def length_measure(trend: Trend, values: Floats, rows: Ints) -> Measure:
    """A streak's length as evidence, dated by the streak's last session."""
    return Measure(values=values, unit=Unit.SESSIONS, inputs=trend.change.inputs, rows=rows)

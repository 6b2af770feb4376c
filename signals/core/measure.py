"""A quantity laid over a panel, and a single figure read off it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from signals.core.field import Field, Unit
from signals.core.formulas import KNOWN, TIMELY
from signals.core.matrix import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with everything a reader must know of it."""

    value: float
    unit: Unit
    day: date
    """The session the number is about."""
    source: str
    estimated: bool = False
    of: str = ""
    """Whose number it is where that is not the subject's own: the name of a stock in an index."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure:
    """A matrix of sessions × subjects with unit and provenance; NaN = unknown."""

    values: Floats
    unit: Unit
    inputs: frozenset[Field]
    """The raw fields it rests on; their sources are named beside every figure."""
    estimated: Bools | None = None
    """Where a stand-in or a provisional figure was used; None = nowhere."""
    rows: Ints | None = None
    """Which session's figure stands in a cell, as a row number; None = its own row's."""
    chosen: tuple[tuple[frozenset[Field], ...], Ints] | None = None
    """Where cells rest on different fields: the choices, and the number of each cell's."""
    late: Bools | None = None
    """Cells that could not be known on their own session (a split that only the next session's price
    proved): they count in sums and streaks, and nothing is claimed on that day itself."""
    sources: Callable[[int, int], str] | None = None
    """Who gave what a cell rests on, where that does not stand in the panel's own column."""
    names: Callable[[int, int], str] | None = None
    """Whose figure a cell is, where it is not the subject's own."""

    def inputs_at(self, row: int, column: int) -> frozenset[Field]:
        """The raw fields that a cell rests on."""
        return self.inputs if self.chosen is None else self.chosen[0][int(self.chosen[1][row, column])]

    @cached_property
    def known(self) -> Bools:
        """Where the figure was known on its own session."""
        return np.isfinite(self.values) if self.late is None else KNOWN(self.values, self.late)

    @cached_property
    def timely(self) -> Floats:
        """The values without those that could not be known on their own session; not to be written to."""
        if self.late is None or not self.late.any():
            return self.values
        return TIMELY(self.values, self.late)

    @property
    def soft(self) -> Bools:
        """`estimated`, spelt out for every cell."""
        return np.zeros(self.values.shape, dtype=np.bool_) if self.estimated is None else self.estimated


def knowable(measure: Measure) -> Bools:
    """Where a figure was known on its own session; found once for a measure, and not to be written to."""
    return measure.known

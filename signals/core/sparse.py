"""Matrices that hold the same number nearly everywhere: splits, dividends."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from signals.core.matrix import Columns, Floats


@dataclass(frozen=True, eq=False, slots=True)
class Sparse:
    """A sessions × subjects matrix of one usual number, and the cells that hold another."""

    shape: tuple[int, int]
    usual: float
    rows: Columns
    columns: Columns
    """Of the cells that differ, row by row, each once."""
    values: Floats

    @classmethod
    def of(cls, shape: tuple[int, int], usual: float, told: Mapping[tuple[int, int], float]) -> "Sparse":
        """The matrix in which some cells are told."""
        other = sorted((*cell, value) for cell, value in told.items() if value != usual)
        rows, columns = (np.array([one[at] for one in other], dtype=np.int64) for at in range(2))
        return cls(shape, usual, rows, columns, np.array([one[2] for one in other], dtype=np.float64))

    @property
    def cells(self) -> tuple[Columns, Columns]:
        """Rows and columns of the cells that differ."""
        return self.rows, self.columns

    @property
    def dense(self) -> Floats:
        """All of it."""
        out = np.full(self.shape, self.usual)
        out[self.cells] = self.values
        return out

    def __getitem__(self, at: tuple[Columns, Columns]) -> Floats:
        """Its numbers in the cells of some rows and columns."""
        out = np.full(len(at[0]), self.usual)
        if len(self.rows):
            told, wanted = (rows * self.shape[1] + columns for rows, columns in (self.cells, at))
            place = np.minimum(np.searchsorted(told, wanted), len(told) - 1)
            found = told[place] == wanted
            out[found] = self.values[place[found]]
        return out

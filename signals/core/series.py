"""Kernels over sessions × subjects; NaN means unknown and is never taken for zero.

One session and all sessions are the same code. All but `forward_returns` are causal: row t depends on rows
≤ t alone. `signals.core.plain`, `plain_windows` and `plain_groups` say exactly what each of them computes.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from signals.core import kernels
from signals.core.matrix import Bools, Columns, Floats, Ints, Rows, laid
from signals.core.room import ROOM

Scalar = TypeVar("Scalar", bound=np.generic)


def previous(values: npt.NDArray[Scalar], fill: float | bool = np.nan) -> npt.NDArray[Scalar]:
    """Each row's predecessor; the first row's is `fill`."""
    out = ROOM.empty(values.shape, values.dtype.type)
    out[:1] = fill
    out[1:] = values[:-1]
    return out


def against_previous(operation: np.ufunc, values: Floats, before: Floats | None = None, *, sessions: int = 1) -> Floats:
    """A quotient or difference of each row and the one `sessions` before it, or that of another matrix `before`.

    NaN where there is none. No copy is made of what came before.
    """
    out = ROOM.empty(values.shape, np.float64)
    out[:sessions] = np.nan
    operation(values[sessions:], (values if before is None else before)[:-sessions], out=out[sessions:])
    return out


def positive(values: Floats) -> Floats:
    """Zero or less is a hole that a publisher fills in, no price and no count.

    The matrix itself where there is none, and so not to be written to.
    """
    holes = values <= 0
    return np.where(holes, np.nan, values) if holes.any() else values


def cells(mask: Bools) -> tuple[Columns, Columns]:
    """Rows and columns of the cells of a mask, few of which are up: ten times as fast as to look for them in two
    dimensions."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def first_rows(mask: Bools) -> Columns:
    """The first row of each column in which a mask is up; one past the last where it never is."""
    if not len(mask):
        return np.zeros(mask.shape[1], dtype=np.int64)
    return np.where(mask.any(axis=0), mask.argmax(axis=0), len(mask))


def carried(values: Floats, sessions: int) -> tuple[Floats, Rows]:
    """The newest known value at most `sessions` rows back, and the row it stands in (−1 = none)."""
    values = laid(values)
    filled, rows = ROOM.empty(values.shape, np.float64), ROOM.empty(values.shape, np.int32)
    kernels.CARRIED(values, sessions, filled, rows)
    return filled, rows


def carried_before(values: Floats, sessions: int) -> tuple[Floats, Rows]:
    """What `carried` says of the session before each one; NaN and −1 on the first."""
    values = laid(values)
    # One row more than there are sessions: what is filled from the second row on is read from the first on.
    shape = len(values) + 1, values.shape[1]
    filled, rows = ROOM.empty(shape, np.float64), ROOM.empty(shape, np.int32)
    filled[0], rows[0] = np.nan, -1
    kernels.CARRIED(values, sessions, filled[1:], rows[1:])
    return filled[:-1], rows[:-1]


def base_rows(sessions: Sequence[date], *, monthly: bool) -> Columns:
    """Row of the last session of the previous month (or year) for each row; −1 when out of reach."""
    marks = np.array([12 * day.year + (day.month if monthly else 0) for day in sessions])
    last = np.flatnonzero(marks[1:] != marks[:-1])
    out = np.full(len(marks), -1, dtype=np.int64)
    out[last + 1] = last
    return np.asarray(np.maximum.accumulate(out))


def against_base(
    operation: np.ufunc, values: npt.NDArray[Scalar], rows: Columns, alone: npt.NDArray[Scalar] | float = np.nan
) -> npt.NDArray[Scalar]:
    """A difference or quotient of each row and the one picked for it; `alone` where the pick is −1.

    Rows next to each other have nearly always the same pick, and are worked on together.
    """
    out = ROOM.empty(values.shape, values.dtype.type)
    bounds = [0, *(np.flatnonzero(rows[1:] != rows[:-1]) + 1).tolist(), len(rows)]
    for part in (slice(*one) for one in pairwise(bounds) if one[0] < one[1]):
        if rows[part.start] >= 0:
            operation(values[part], values[rows[part.start]], out=out[part])
        else:
            out[part] = alone[part] if isinstance(alone, np.ndarray) else alone
    return out


def growth_from(values: Floats, rows: Ints) -> Floats:
    """Growth of each row over the one picked for it, as a fraction; unknown where the pick is −1."""
    values = laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.GROWTH_FROM(values, np.ascontiguousarray(rows, dtype=np.int64), out)
    return out


def forward_returns(levels: Floats, sessions: int, *, delay: int = 1) -> Floats:
    """What followed each row: growth over `sessions`, entered `delay` sessions later.

    For studies of the past alone: it looks ahead by nature. Unknown where entry or exit is, or lies beyond
    the last row.
    """
    out = np.full(levels.shape, np.nan)
    if delay + sessions < len(levels):
        out[: len(levels) - delay - sessions] = levels[delay + sessions :] / levels[delay : len(levels) - sessions] - 1
    return out

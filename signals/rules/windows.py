"""Kernels over the last sessions of a matrix; an unknown session is left out, and too many make it unknown."""

import math

import numpy as np

from signals.core.matrix import Floats
from signals.core.series import previous

LEAST_KNOWN = 0.8
"""Share of a window's sessions that must be known."""


def least_known(sessions: int) -> int:
    """How many sessions of a window must be known."""
    return math.ceil(LEAST_KNOWN * sessions)


def highest(values: Floats, sessions: int) -> Floats:
    """Highest of the last `sessions` values, own session included."""
    return _enough(values, sessions, _swept(np.where(np.isfinite(values), values, -np.inf), sessions))


def lowest(values: Floats, sessions: int) -> Floats:
    """Lowest of the last `sessions` values, own session included."""
    return -highest(-values, sessions)


def mean(values: Floats, sessions: int) -> Floats:
    """Mean of the known ones among the last `sessions` values."""
    count = _counted(values, sessions)
    return _enough(values, sessions, total(values, sessions) / np.maximum(count, 1))


def total(values: Floats, sessions: int) -> Floats:
    """Sum of the known ones among the last `sessions` values; 0 where there is none."""
    held = np.zeros(values.shape[1])
    out = np.empty_like(values)
    known = np.nan_to_num(values)
    # The sum of each block of `sessions` rows starts afresh, so that rounding does not pile up over the years.
    for row in range(len(values)):
        start = max(0, row + 1 - sessions)
        held = known[start : row + 1].sum(axis=0) if row % sessions == 0 else held + known[row]
        if row % sessions and row >= sessions:
            held = held - known[row - sessions]
        out[row] = held
    return out


def compounded(moves: Floats, sessions: int) -> Floats:
    """Moves of the last `sessions` sessions, compounded."""
    grown = np.log1p(np.where(moves > -1, moves, np.nan))
    return _enough(moves, sessions, np.expm1(total(grown, sessions)))


def ago(values: Floats, sessions: int) -> Floats:
    """The row this many sessions before."""
    out = np.full(values.shape, np.nan)
    if sessions < len(values):
        out[sessions:] = values[:-sessions]
    return out


def highest_before(values: Floats, sessions: int) -> Floats:
    """Highest of the `sessions` values before each session's own."""
    return previous(highest(values, sessions))


def _enough(values: Floats, sessions: int, result: Floats) -> Floats:
    return np.where(_counted(values, sessions) >= least_known(sessions), result, np.nan)


def _counted(values: Floats, sessions: int) -> Floats:
    return total(np.isfinite(values).astype(np.float64), sessions)


def _swept(values: Floats, sessions: int) -> Floats:
    """Running maximum by doubling: the highest of 2ⁿ rows from two of 2ⁿ⁻¹."""
    out, width = values, 1
    while width * 2 <= sessions:
        out, width = _beside(out, width), width * 2
    return _beside(out, sessions - width) if width < sessions else out


def _beside(values: Floats, shift: int) -> Floats:
    """Each row or the one `shift` above it, whichever is higher; rows without one stay."""
    out = values.copy()
    np.maximum(values[shift:], values[:-shift], out=out[shift:])
    return out

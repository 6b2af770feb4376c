"""Windows: each value beside those before it. NaN is taken as in `signals.core.series`.

A window of less than one session is a ValueError.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from signals.core import kernels
from signals.core.matrix import Bools, Floats, Rows, laid
from signals.core.room import ROOM


def lately(flags: Bools, sessions: int) -> Bools:
    """Whether a flag was up on one of the last `sessions`, the session itself included."""
    flags = np.ascontiguousarray(flags, dtype=np.bool_)
    out = ROOM.empty(flags.shape, np.bool_)
    kernels.LATELY(flags, min(_window(sessions), len(flags) + 1), out)
    return out


def rolling_sum(values: Floats, sessions: int) -> Floats:
    """Sum of the last `sessions` values; unknown when one of them is."""
    values = laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.ROLLING_SUM(values, _window(sessions), out)
    return out


def rolling_growth(changes: Floats, sessions: int) -> Floats:
    """Compound of the last `sessions` changes; unknown when one of them is."""
    changes = laid(changes)
    out = ROOM.empty(changes.shape, np.float64)
    kernels.ROLLING_GROWTH(changes, _window(sessions), out)
    return out


def known_before(values: Floats, sessions: int) -> Floats:
    """How many of the `sessions` values before each one are known."""
    return _before(values, sessions)[0]


def mean_before(values: Floats, sessions: int, least_known: int) -> Floats:
    """Mean of the known ones among the `sessions` values before; NaN where fewer than `least_known` are."""
    known, mean = _before(values, sessions)
    few = known < max(1, least_known)
    mean /= np.maximum(known, 1.0, out=known)
    mean[few] = np.nan
    return mean


def _before(values: Floats, sessions: int) -> tuple[Floats, Floats]:
    values = laid(values)
    known, total = ROOM.empty(values.shape, np.float64), ROOM.empty(values.shape, np.float64)
    kernels.SUM_BEFORE(values, _window(sessions), known, total)
    return known, total


@dataclass(frozen=True, eq=False)
class Usual:
    """How each value stands against the `sessions` values before it, itself left out."""

    values: Floats
    sessions: int
    least_known: int

    @cached_property
    def zscore(self) -> Floats:
        """As `zscores` has it."""
        return zscores(self.values, self.sessions, self.least_known)

    @cached_property
    def percentile(self) -> Floats:
        """As `percentiles` has it."""
        return percentiles(self.values, self.sessions, self.least_known)


def against_own_past(values: Floats, sessions: int, least_known: int) -> Usual:
    """Compare each value with its own past, as far as one asks for it.

    Unknown where fewer than `least_known` of the past are known; the z-score also where they do not vary.
    """
    return Usual(values, _window(sessions), least_known)


def zscores(values: Floats, sessions: int, least_known: int) -> Floats:
    """Distance of each value from the mean of the `sessions` values before it, in their sample deviations.

    Unknown where fewer than `least_known` of them are known, or where they do not vary.
    """
    values = laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.ZSCORES(values, _window(sessions), least_known, out)
    return out


def percentiles(values: Floats, sessions: int, least_known: int) -> Floats:
    """Share of the `sessions` values before each one that lie below it (ties count half), 0 … 1.

    Unknown where fewer than `least_known` of them are known.
    """
    values = laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.PERCENTILES(values, _window(sessions), least_known, out)
    return out


def highest_before(values: Floats, sessions: int, least_known: int) -> Floats:
    """The highest of the `sessions` values before each session, itself left out.

    Unknown where fewer than `least_known` of them are known.
    """
    return _extreme_before(values, sessions, least_known, 1.0)


def lowest_before(values: Floats, sessions: int, least_known: int) -> Floats:
    """The lowest of the `sessions` values before each session; unknown as in `highest_before`."""
    return _extreme_before(values, sessions, least_known, -1.0)


def _extreme_before(values: Floats, sessions: int, least_known: int, sign: float) -> Floats:
    values = laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.HIGHEST_BEFORE(values, _window(sessions), least_known, sign, out)
    return out


def sessions_since_as_high(values: Floats) -> Rows:
    """Sessions back to the newest value at least as high; 0 = none before it was; −1 = unknown."""
    return _sessions_since(values, 1.0)


def sessions_since_as_low(values: Floats) -> Rows:
    """Sessions back to the newest value at least as low; 0 = none before it was; −1 = unknown."""
    return _sessions_since(values, -1.0)


def _sessions_since(values: Floats, sign: float) -> Rows:
    values = laid(values)
    out = ROOM.empty(values.shape, np.int32)
    kernels.SESSIONS_SINCE(values, sign, out)
    return out


def _window(sessions: int) -> int:
    if sessions < 1:
        raise ValueError(f"a window of {sessions} sessions")
    return sessions

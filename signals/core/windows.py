"""Windows: each value beside those before it. NaN is taken as in `signals.core.series`.

A window of less than one session is a ValueError.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from signals.core import kernels
from signals.core.formulas import KNOWN_OF
from signals.core.matrix import Bools, Columns, Floats, Rows, laid
from signals.core.room import ROOM
from signals.core.series import cells

_FEW = 32
"""One cell by itself costs about as much as so many of a whole matrix."""


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


def known_before(values: Floats, sessions: int) -> Rows:
    """How many of the `sessions` values before each one are known."""
    values = laid(values)
    out = ROOM.empty(values.shape, np.int32)
    kernels.KNOWN_BEFORE(values, _window(sessions), out)
    return out


def mean_before(values: Floats, sessions: int, least_known: int) -> Floats:
    """Mean of the known ones among the `sessions` values before; NaN where fewer than `least_known` are."""
    values = laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.MEAN_BEFORE(values, _window(sessions), least_known, out)
    return out


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

    @cached_property
    def stated(self) -> Bools:
        """Where enough of the past is known to state a percentile."""
        least = np.array([[max(1, self.least_known)]], dtype=np.int32)
        return KNOWN_OF(self.values, known_before(self.values, self.sessions), least)

    def beyond(self, share: float, among: Bools, *, above: bool) -> Bools:
        """Which of some cells lie above (or below) at least this share of their past; the fewer, the cheaper."""
        rows, columns = cells(among)
        below = (
            percentiles_at(self.values, rows, columns, self.sessions, self.least_known)
            if len(rows) * _FEW <= among.size
            else self.percentile[rows, columns]
        )
        out = np.zeros(among.shape, dtype=np.bool_)
        out[rows, columns] = (below if above else 1.0 - below) >= share
        return out


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


def percentiles_at(values: Floats, rows: Columns, columns: Columns, sessions: int, least_known: int) -> Floats:
    """What `percentiles` says of some cells."""
    out = np.empty((1, len(rows)))
    kernels.PERCENTILES_AT(laid(values), rows, columns, _window(sessions), least_known, out)
    return np.asarray(out[0])


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

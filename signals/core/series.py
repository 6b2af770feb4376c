"""Kernels over sessions × subjects; NaN means unknown and is never taken for zero.

One session and all sessions are the same code. All but `forward_returns` are causal: row t depends on rows
≤ t alone. `signals.core.plain` says exactly what each of them computes. A window of less than one session is a
ValueError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from signals.core import kernels
from signals.core.matrix import Bools, Columns, Floats, Ints, Rows, Shorts
from signals.core.room import ROOM


class Flat(StrEnum):
    """What a session without a move does to a streak."""

    BREAKS = "breaks"
    NEUTRAL = "neutral"
    COUNTS = "counts"


@dataclass(frozen=True, eq=False)
class Runs:
    """The run in force after each session. An unknown session hands the state on unchanged."""

    length: Rows
    """Sessions in the run; 0 = none."""
    total: Floats
    """Sum of the steps in the run."""
    steps: Floats
    """What was counted."""

    @cached_property
    def start(self) -> Rows:
        """Row of the run's first session; −1 = none."""
        out = ROOM.empty(self.length.shape, np.int32)
        kernels.RUN_STARTS(self.length, out)
        return out

    @cached_property
    def gaps(self) -> Rows:
        """Unknown sessions inside the run: its neighbours are known, they are not."""
        out = ROOM.empty(self.length.shape, np.int32)
        kernels.RUN_GAPS(self.steps, self.length, out)
        return out

    @property
    def known_total(self) -> Floats:
        """The sums; NaN where there is no run."""
        return np.where(self.length > 0, self.total, np.nan)


def runs(
    steps: Floats,
    *,
    rising: bool = True,
    flat: Flat = Flat.BREAKS,
    least: float = 0.0,
    max_gap: int = 5,
) -> Runs:
    """Count sessions in a row whose step has one sign.

    A step counts when it exceeds `least` in the run's direction; one within ±`least` is flat. An unknown
    step neither extends nor breaks; more than `max_gap` of them in a row end the run, because "in a row"
    can no longer be claimed.
    """
    steps = _laid(steps)
    out = Runs(ROOM.empty(steps.shape, np.int32), ROOM.empty(steps.shape, np.float64), steps)
    kernels.RUNS(steps, _sign(rising), *_of_flat(flat), float(least), max_gap, out.length, out.total)
    return out


def broken_runs(
    steps: Floats,
    *,
    rising: bool = True,
    flat: Flat = Flat.BREAKS,
    least: float = 0.0,
    max_gap: int = 5,
) -> Shorts:
    """Length of the run that each session's move against it has ended; 0 where none did. Runs as in `runs`."""
    steps = _laid(steps)
    out = ROOM.empty(steps.shape, np.int16)
    kernels.BROKEN_RUNS(steps, _sign(rising), *_of_flat(flat), float(least), max_gap, out)
    return out


def open_start(steps: Floats, run: Runs) -> Floats:
    """1 where a run reaches back to its subject's first known step: it may be longer; else NaN."""
    known = np.isfinite(steps)
    first = np.where(known.any(axis=0), known.argmax(axis=0) if len(known) else -1, -1)
    return np.where((run.length > 1) & (run.start == first), 1.0, np.nan)


def sum_since(values: Floats, start: Ints) -> Floats:
    """Sum of the known values from the row `start` of each cell up to its own; 0 where it is −1."""
    values = _laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.SUM_SINCE(values, _rows(start), out)
    return out


def compounded_since(changes: Floats, start: Ints) -> Floats:
    """Compound of the known changes from the row `start` of each cell up to its own; 0 where it is −1."""
    changes = _laid(changes)
    out = ROOM.empty(changes.shape, np.float64)
    kernels.COMPOUNDED_SINCE(changes, _rows(start), out)
    return out


@dataclass(frozen=True, eq=False, slots=True)
class Episodes:
    """Unbroken stretches of firing sessions; an unknown session hands the state on."""

    since: Ints
    """Row on which the stretch began; −1 = not firing."""
    reached: Ints
    """Row on which the present rung was reached within it; −1 = not firing."""


def episodes(rung: Ints, known: Bools) -> Episodes:
    """Follow a ladder over the sessions: rung 0 is silence, a higher one is more of the same."""
    since, reached = ROOM.empty(rung.shape, np.int32), ROOM.empty(rung.shape, np.int32)
    kernels.EPISODES(_rows(rung), np.ascontiguousarray(known, dtype=np.bool_), since, reached)
    return Episodes(since, reached)


Scalar = TypeVar("Scalar", bound=np.generic)


def previous(values: npt.NDArray[Scalar], fill: float | bool = np.nan) -> npt.NDArray[Scalar]:
    """Each row's predecessor; the first row's is `fill`."""
    out = np.empty_like(values)
    out[:1] = fill
    out[1:] = values[:-1]
    return out


def positive(values: Floats) -> Floats:
    """Zero or less is a hole that a publisher fills in, no price and no count."""
    return np.where(values > 0, values, np.nan)


def cells(mask: Bools) -> tuple[Columns, Columns]:
    """Rows and columns of the cells of a mask, few of which are up: ten times as fast as to look for them in two
    dimensions."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def carried(values: Floats, sessions: int) -> tuple[Floats, Rows]:
    """The newest known value at most `sessions` rows back, and the row it stands in (−1 = none)."""
    values = _laid(values)
    filled, rows = ROOM.empty(values.shape, np.float64), ROOM.empty(values.shape, np.int32)
    kernels.CARRIED(values, sessions, filled, rows)
    return filled, rows


def lately(flags: Bools, sessions: int) -> Bools:
    """Whether a flag was up on one of the last `sessions`, the session itself included."""
    flags = np.ascontiguousarray(flags, dtype=np.bool_)
    out = ROOM.empty(flags.shape, np.bool_)
    kernels.LATELY(flags, min(_window(sessions), len(flags) + 1), out)
    return out


def rolling_sum(values: Floats, sessions: int) -> Floats:
    """Sum of the last `sessions` values; unknown when one of them is."""
    values = _laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.ROLLING_SUM(values, _window(sessions), out)
    return out


def rolling_growth(changes: Floats, sessions: int) -> Floats:
    """Compound of the last `sessions` changes; unknown when one of them is."""
    changes = _laid(changes)
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
    values = _laid(values)
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
    values = _laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.ZSCORES(values, _window(sessions), least_known, out)
    return out


def percentiles(values: Floats, sessions: int, least_known: int) -> Floats:
    """Share of the `sessions` values before each one that lie below it (ties count half), 0 … 1.

    Unknown where fewer than `least_known` of them are known.
    """
    values = _laid(values)
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
    values = _laid(values)
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
    values = _laid(values)
    out = ROOM.empty(values.shape, np.int32)
    kernels.SESSIONS_SINCE(values, sign, out)
    return out


def base_rows(sessions: Sequence[date], *, monthly: bool) -> Columns:
    """Row of the last session of the previous month (or year) for each row; −1 when out of reach."""
    marks = [(day.year, day.month if monthly else 0) for day in sessions]
    out = np.full(len(marks), -1, dtype=np.int64)
    for row in range(1, len(marks)):
        out[row] = row - 1 if marks[row] != marks[row - 1] else out[row - 1]
    return out


def at_rows(values: npt.NDArray[Scalar], rows: Ints, fill: float | bool = np.nan) -> npt.NDArray[Scalar]:
    """The rows of a matrix picked one per session; `fill` where the pick is −1."""
    out = values[np.maximum(rows, 0)]
    out[rows < 0] = fill
    return out


def growth_from(values: Floats, rows: Ints) -> Floats:
    """Growth of each row over the one picked for it, as a fraction; unknown where the pick is −1."""
    values = _laid(values)
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


@dataclass(frozen=True, eq=False, slots=True)
class Ranks:
    """Standing within a group, largest first; ties share the better rank."""

    rank: Floats
    """1 = first; NaN where it may not be stated."""
    size: Floats
    """Members that were compared."""


def rank_within(
    values: Floats,
    groups: Sequence[Sequence[int]],
    members: Bools,
    *,
    least_members: int = 3,
    least_coverage: float = 0.9,
) -> Ranks:
    """Rank columns within groups on each row; no column may stand in two groups.

    `members` says who belongs to the comparison that session. A rank is stated only where the group
    has at least `least_members` of them and at least the share `least_coverage` has a known value.
    """
    values = _laid(values)
    out = Ranks(ROOM.empty(values.shape, np.float64), ROOM.empty(values.shape, np.float64))
    members = np.ascontiguousarray(members, dtype=np.bool_)
    kernels.RANK_WITHIN(values, members, *laid_groups(groups), least_members, least_coverage, out.rank, out.size)
    return out


def group_sums(values: Floats | Bools, groups: Sequence[Sequence[int] | Columns]) -> Floats:
    """Sums of each row over the columns of each group: sessions × groups; 0 for a group of none."""
    out = np.empty((len(values), len(groups)))
    kernels.GROUP_SUMS(np.ascontiguousarray(values, dtype=np.float64), *laid_groups(groups), out)
    return out


def laid_groups(groups: Sequence[Sequence[int] | Columns]) -> tuple[Columns, Columns]:
    """The columns of all groups one after the other, and where each group begins and ends among them."""
    columns = np.array([column for group in groups for column in group], dtype=np.int64)
    return columns, np.cumsum([0, *(len(group) for group in groups)], dtype=np.int64)


def _sign(rising: bool) -> float:
    return 1.0 if rising else -1.0


def _of_flat(flat: Flat) -> tuple[bool, bool]:
    return flat is Flat.NEUTRAL, flat is Flat.COUNTS


def _window(sessions: int) -> int:
    if sessions < 1:
        raise ValueError(f"a window of {sessions} sessions")
    return sessions


def _laid(values: Floats) -> Floats:
    """The matrix row by row in memory, as kernels read it; itself where it is so."""
    return np.ascontiguousarray(values, dtype=np.float64)


def _rows(numbers: Ints) -> Rows:
    return np.ascontiguousarray(numbers, dtype=np.int32)

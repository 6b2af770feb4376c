"""Kernels over sessions × subjects; NaN means unknown and is never taken for zero.

Each kernel walks down the sessions once and works on whole rows, so one session and all sessions are
the same code. All are causal: row t depends on rows ≤ t alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from signals.core.matrix import Bools, Floats, Ints


class Flat(StrEnum):
    """What a session without a move does to a streak."""

    BREAKS = "breaks"
    NEUTRAL = "neutral"
    COUNTS = "counts"


@dataclass(frozen=True, eq=False, slots=True)
class Runs:
    """The run in force after each session. An unknown session hands the state on unchanged."""

    length: Ints
    """Sessions in the run; 0 = none."""
    total: Floats
    """Sum of the steps in the run."""
    start: Ints
    """Row of the run's first session; −1 = none."""
    gaps: Ints
    """Unknown sessions inside the run: its neighbours are known, they are not."""

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
    shape = steps.shape
    signed = steps if rising else -steps
    length, start, gaps, hole, waiting = (np.zeros(shape[1], dtype=np.int64) for _ in range(5))
    start -= 1
    total = np.zeros(shape[1])
    out = Runs(np.empty(shape, np.int64), np.empty(shape), np.empty(shape, np.int64), np.empty(shape, np.int64))
    for row, (step, value) in enumerate(zip(signed, steps, strict=True)):
        unknown = np.isnan(step)
        level = np.abs(step) <= least
        extends = (step > least) & ~level
        if flat is Flat.COUNTS:
            extends |= level & (length > 0)
        keeps = extends | unknown | (level if flat is Flat.NEUTRAL else False)
        inside = unknown & (length > 0)
        hole, waiting = np.where(inside, hole + 1, 0), waiting + inside
        ends = ~keeps | (hole > max_gap)
        gaps, waiting = np.where(extends, gaps + waiting, gaps), np.where(extends | ends, 0, waiting)
        begins = extends & (length == 0)
        length = np.where(ends, 0, length + extends)
        total = np.where(ends, 0.0, total + np.where(extends, value, 0.0))
        start = np.where(ends, -1, np.where(begins, row, start))
        gaps, hole = np.where(ends, 0, gaps), np.where(ends, 0, hole)
        out.length[row], out.total[row], out.start[row], out.gaps[row] = length, total, start, gaps
    return out


def open_start(steps: Floats, run: Runs) -> Floats:
    """1 where a run reaches back to its subject's first known step: it may be longer; else NaN."""
    known = np.isfinite(steps)
    first = np.where(known.any(axis=0), known.argmax(axis=0) if len(known) else -1, -1)
    return np.where((run.length > 1) & (run.start == first), 1.0, np.nan)


def sum_since(values: Floats, start: Ints) -> Floats:
    """Sum of the known values from the row `start` of each cell up to its own; 0 where it is −1."""
    total = np.cumsum(np.nan_to_num(values), axis=0)
    before = np.where(start > 0, np.take_along_axis(total, np.maximum(start - 1, 0), axis=0), 0.0)
    return np.where(start >= 0, total - before, 0.0)


@dataclass(frozen=True, eq=False, slots=True)
class Episodes:
    """Unbroken stretches of firing sessions; an unknown session hands the state on."""

    since: Ints
    """Row on which the stretch began; −1 = not firing."""
    reached: Ints
    """Row on which the present rung was reached within it; −1 = not firing."""


def episodes(rung: Ints, known: Bools) -> Episodes:
    """Follow a ladder over the sessions: rung 0 is silence, a higher one is more of the same."""
    out = Episodes(np.empty(rung.shape, np.int64), np.empty(rung.shape, np.int64))
    since, reached, last = (np.full(rung.shape[1], fill, dtype=np.int64) for fill in (-1, -1, 0))
    for row, (now, told) in enumerate(zip(rung, known, strict=True)):
        on = told & (now > 0)
        since = np.where(on & (last == 0), row, np.where(told & ~on, -1, since))
        reached = np.where(on & (now != last), row, np.where(told & ~on, -1, reached))
        last = np.where(told, now, last)
        out.since[row], out.reached[row] = since, reached
    return out


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


def carried(values: Floats, sessions: int) -> tuple[Floats, Ints]:
    """The newest known value at most `sessions` rows back, and the row it stands in (−1 = none)."""
    newest = np.full(values.shape[1], -1, dtype=np.int64)
    filled, rows = np.empty_like(values), np.empty(values.shape, dtype=np.int64)
    columns = np.arange(values.shape[1])
    for row, known in enumerate(np.isfinite(values)):
        newest = np.where(known, row, newest)
        usable = (newest >= 0) & (row - newest <= sessions)
        rows[row] = np.where(usable, newest, -1)
        filled[row] = np.where(usable, values[newest, columns], np.nan)
    return filled, rows


def rolling_sum(values: Floats, sessions: int) -> Floats:
    """Sum of the last `sessions` values; unknown when one of them is."""
    out = np.full(values.shape, np.nan)
    if len(values) >= sessions:
        windows = np.lib.stride_tricks.sliding_window_view(values, sessions, axis=0)
        out[sessions - 1 :] = windows.sum(axis=-1)
    return out


@dataclass(frozen=True, eq=False, slots=True)
class Usual:
    """How a value stands in its own recent past."""

    zscore: Floats
    percentile: Floats
    """Share of the earlier values below it (ties count half), 0 … 1."""


def against_own_past(values: Floats, sessions: int, least_known: int) -> Usual:
    """Compare each value with the `sessions` values before it, itself left out.

    Unknown where fewer than `least_known` of those are known; the z-score also where they do not vary.
    """
    zscore, percentile = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for row in range(1, len(values)):
        past = values[max(0, row - sessions) : row]
        known = np.isfinite(past)
        count = known.sum(axis=0)
        enough = (count >= least_known) & np.isfinite(values[row])
        if not enough.any():
            continue
        safe = np.maximum(count, 1)
        mean = np.where(known, past, 0.0).sum(axis=0) / safe
        spread = np.sqrt((np.where(known, past - mean, 0.0) ** 2).sum(axis=0) / np.maximum(safe - 1, 1))
        # Figures that are equal but for rounding do not vary: a z-score over them would be noise.
        varies = spread > 1e-9 * np.maximum(1.0, np.abs(mean))
        zscore[row] = np.where(enough & varies, (values[row] - mean) / np.where(varies, spread, 1.0), np.nan)
        below = (past < values[row]).sum(axis=0) + 0.5 * (past == values[row]).sum(axis=0)
        percentile[row] = np.where(enough, below / safe, np.nan)
    return Usual(zscore, percentile)


def base_rows(sessions: Sequence[date], *, monthly: bool) -> Ints:
    """Row of the last session of the previous month (or year) for each row; −1 when out of reach."""
    marks = [(day.year, day.month if monthly else 0) for day in sessions]
    out = np.full(len(marks), -1, dtype=np.int64)
    for row in range(1, len(marks)):
        out[row] = row - 1 if marks[row] != marks[row - 1] else out[row - 1]
    return out


def at_rows(values: Floats, rows: Ints) -> Floats:
    """The rows of a matrix picked one per session; NaN where the pick is −1."""
    return np.where((rows >= 0)[:, None], values[np.maximum(rows, 0)], np.nan)


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
    """Rank columns within groups on each row.

    `members` says who belongs to the comparison that session. A rank is stated only where the group
    has at least `least_members` of them and at least the share `least_coverage` has a known value.
    """
    rank, size = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for group in groups:
        columns = np.asarray(group, dtype=np.int64)
        inside = members[:, columns]
        mine = np.where(inside, values[:, columns], np.nan)
        known = np.isfinite(mine)
        total = inside.sum(axis=1)
        stated = (total >= least_members) & (known.sum(axis=1) >= least_coverage * total)
        better = (mine[:, None, :] > mine[:, :, None]).sum(axis=2)
        shown = known & stated[:, None]
        rank[:, columns] = np.where(shown, better + 1.0, np.nan)
        size[:, columns] = np.where(shown, known.sum(axis=1)[:, None], np.nan)
    return Ranks(rank, size)

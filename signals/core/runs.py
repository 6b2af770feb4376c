"""Runs and episodes: sessions in a row, and what came together in them. NaN is taken as in `signals.core.series`."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from signals.core import kernels
from signals.core.matrix import Bools, Floats, Ints, Rows, Shorts, laid, laid_rows
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
        return run_starts(self.length)

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
    steps = laid(steps)
    out = Runs(ROOM.empty(steps.shape, np.int32), ROOM.empty(steps.shape, np.float64), steps)
    kernels.RUNS(steps, *_rules(rising, flat, least, max_gap), out.length, out.total)
    return out


def run_starts(length: Ints) -> Rows:
    """Row of the first session of each run, by the lengths of runs; −1 = none."""
    out = ROOM.empty(length.shape, np.int32)
    kernels.RUN_STARTS(laid_rows(length), out)
    return out


def run_lengths(
    steps: Floats,
    *,
    rising: bool = True,
    flat: Flat = Flat.BREAKS,
    least: float = 0.0,
    max_gap: int = 5,
) -> Shorts:
    """`runs` without what they sum up to, which is most of their memory; 32,767 sessions count as any more do."""
    return _counted(steps, _rules(rising, flat, least, max_gap), ended=False)


def broken_runs(
    steps: Floats,
    *,
    rising: bool = True,
    flat: Flat = Flat.BREAKS,
    least: float = 0.0,
    max_gap: int = 5,
) -> Shorts:
    """Length of the run that each session's move against it has ended; 0 where none did. As in `run_lengths`."""
    return _counted(steps, _rules(rising, flat, least, max_gap), ended=True)


def open_start(steps: Floats, run: Runs) -> Floats:
    """1 where a run reaches back to its subject's first known step: it may be longer; else NaN."""
    known = np.isfinite(steps)
    first = np.where(known.any(axis=0), known.argmax(axis=0) if len(known) else -1, -1)
    return np.where((run.length > 1) & (run.start == first), 1.0, np.nan)


def sum_since(values: Floats, start: Ints) -> Floats:
    """Sum of the known values from the row `start` of each cell up to its own; 0 where it is −1."""
    values = laid(values)
    out = ROOM.empty(values.shape, np.float64)
    kernels.SUM_SINCE(values, laid_rows(start), out)
    return out


def compounded_since(changes: Floats, start: Ints) -> Floats:
    """Compound of the known changes from the row `start` of each cell up to its own; 0 where it is −1."""
    changes = laid(changes)
    out = ROOM.empty(changes.shape, np.float64)
    kernels.COMPOUNDED_SINCE(changes, laid_rows(start), out)
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
    kernels.EPISODES(laid_rows(rung), np.ascontiguousarray(known, dtype=np.bool_), since, reached)
    return Episodes(since, reached)


def _counted(steps: Floats, rules: tuple[float, bool, bool, float, int], *, ended: bool) -> Shorts:
    steps = laid(steps)
    out = ROOM.empty(steps.shape, np.int16)
    kernels.COUNTED_RUNS(steps, *rules, ended, out)
    return out


def _rules(rising: bool, flat: Flat, least: float, max_gap: int) -> tuple[float, bool, bool, float, int]:
    """What counts as a step of a run, as kernels take it."""
    return 1.0 if rising else -1.0, flat is Flat.NEUTRAL, flat is Flat.COUNTS, float(least), max_gap

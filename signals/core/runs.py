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


class Runs:
    """The run in force after each session. An unknown session hands the state on unchanged."""

    def __init__(self, steps: Floats, rules: tuple[float, bool, bool, float, int]) -> None:
        self.steps = laid(steps)
        """What was counted."""
        self._rules = rules

    @cached_property
    def length(self) -> Ints:
        """Sessions in the run; 0 = none."""
        if "_summed" in vars(self):
            return self._summed[0]
        out = ROOM.empty(self.steps.shape, np.int16)
        kernels.RUN_LENGTHS(self.steps, *self._rules, out)
        return out

    @property
    def total(self) -> Floats:
        """Sum of the steps in the run; its length comes with it, so that who wants both asks for this first."""
        return self._summed[1]

    @cached_property
    def _summed(self) -> tuple[Rows, Floats]:
        length, total = ROOM.empty(self.steps.shape, np.int32), ROOM.empty(self.steps.shape, np.float64)
        kernels.RUNS(self.steps, *self._rules, length, total)
        return length, total

    @cached_property
    def start(self) -> Rows:
        """Row of the run's first session; −1 = none."""
        return run_starts(self.length)

    @cached_property
    def gaps(self) -> Rows:
        """Unknown sessions inside the run: its neighbours are known, they are not."""
        out = ROOM.empty(self.steps.shape, np.int32)
        kernels.RUN_GAPS(self.steps, laid_rows(self.length), out)
        return out

    @property
    def known_total(self) -> Floats:
        """The sums; NaN where there is no run."""
        total = self.total
        return np.where(self.length > 0, total, np.nan)


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
    return Runs(steps, (_sign(rising), *_of_flat(flat), float(least), max_gap))


def run_starts(length: Ints) -> Rows:
    """Row of the first session of each run, by the lengths of runs; −1 = none."""
    out = ROOM.empty(length.shape, np.int32)
    kernels.RUN_STARTS(laid_rows(length), out)
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
    steps = laid(steps)
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


def _sign(rising: bool) -> float:
    return 1.0 if rising else -1.0


def _of_flat(flat: Flat) -> tuple[bool, bool]:
    return flat is Flat.NEUTRAL, flat is Flat.COUNTS

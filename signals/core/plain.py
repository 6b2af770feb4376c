"""The kernels in plain numpy, whole rows at a time: what the compiled ones must equal, bit for bit.

They are the specification, and they serve wherever nothing is compiled. Each walks down the sessions once,
so one session and all sessions are the same code, and all but `forward_returns` are causal: row t depends on
rows ≤ t alone. NaN means unknown and is never taken for zero. The matrices that come last are filled.
"""

import numpy as np

from signals.core.matrix import Bools, Floats, Rows, Shorts


def runs(
    steps: Floats,
    sign: float,
    neutral: bool,
    counts: bool,
    least: float,
    max_gap: int,
    length: Rows,
    total: Floats,
) -> None:
    """Length and sum of the run in force after each session.

    A step counts when it exceeds `least` in the direction of `sign`; one within ±`least` is flat: it ends
    the run, leaves it alone (`neutral`) or prolongs it (`counts`). An unknown step hands the state on; more
    than `max_gap` of them in a row end the run.
    """
    hole, now = (np.zeros(steps.shape[1], dtype=np.int32) for _ in range(2))
    summed = np.zeros(steps.shape[1])
    for row, value in enumerate(steps):
        unknown, level = np.isnan(value), np.abs(value) <= least
        extends = (value * sign > least) | (counts & level & (now > 0))
        hole = np.where(unknown, hole + 1, 0)
        keeps = extends | (neutral & level) | (unknown & (hole <= max_gap))
        now = np.where(keeps, now + extends, 0)
        summed = np.where(keeps, np.where(extends, summed + value, summed), 0.0)
        length[row], total[row] = now, summed


def run_starts(length: Rows, start: Rows) -> None:
    """Row on which the run in force began; −1 where there is none."""
    last, begun = np.zeros(length.shape[1], dtype=np.int32), np.full(length.shape[1], -1, dtype=np.int32)
    for row, now in enumerate(length):
        begun = np.where(now > 0, np.where(last == 0, row, begun), -1)
        last = now
        start[row] = begun


def run_gaps(steps: Floats, length: Rows, gaps: Rows) -> None:
    """Unknown sessions inside the run in force: its neighbours on both sides are known, they are not."""
    last, waiting, inside = (np.zeros(length.shape[1], dtype=np.int32) for _ in range(3))
    for row, (value, now) in enumerate(zip(steps, length, strict=True)):
        extends = now > last
        inside = np.where(now > 0, np.where(extends, inside + waiting, inside), 0)
        waiting = np.where(extends | (now == 0), 0, waiting + np.isnan(value))
        last = now
        gaps[row] = inside


def counted_runs(
    steps: Floats,
    sign: float,
    neutral: bool,
    counts: bool,
    least: float,
    max_gap: int,
    ended: bool,
    length: Shorts,
) -> None:
    """Length of the run in force after each session; with `ended` that of the run which its move against it has ended.

    0 where there is none. Neither it nor a gap that counts is longer than fits.
    """
    most = np.iinfo(np.int16).max
    lengths, totals = np.empty(steps.shape, dtype=np.int32), np.empty(steps.shape)
    runs(steps, sign, neutral, counts, least, min(max_gap, most), lengths, totals)
    length[:] = np.minimum(lengths, most)
    if ended:
        length[1:] = np.where(steps[1:] * sign < -least, length[:-1], 0)
        length[:1] = 0


def sum_since(values: Floats, start: Rows, total: Floats) -> None:
    """Sum of the known values from the row `start` of each cell up to its own; 0 where it is −1."""
    last, summed = np.full(values.shape[1], -1, dtype=np.int64), np.zeros(values.shape[1])
    for row, (value, first) in enumerate(zip(values, start, strict=True)):
        come = np.where(np.isfinite(value), value, 0.0)
        summed = np.where(first >= 0, np.where(first == last, summed, 0.0) + come, 0.0)
        for at in np.flatnonzero((first >= 0) & (first != last) & (first != row)):
            one = 0.0
            for back in values[first[at] : row + 1, at].tolist():
                one = one + (back if np.isfinite(back) else 0.0)
            summed[at] = one
        last = first
        total[row] = summed


def compounded_since(changes: Floats, start: Rows, growth: Floats) -> None:
    """Compound of the known changes from the row `start` of each cell up to its own; 0 where it is −1."""
    last, grown = np.full(changes.shape[1], -1, dtype=np.int64), np.zeros(changes.shape[1])
    for row, (change, first) in enumerate(zip(changes, start, strict=True)):
        held = np.where(first == last, grown, 0.0)
        grown = np.where(first >= 0, held + np.where(np.isfinite(change), change, 0.0) * (1.0 + held), 0.0)
        for at in np.flatnonzero((first >= 0) & (first != last) & (first != row)):
            one = 0.0
            for back in changes[first[at] : row + 1, at].tolist():
                one = one + (back if np.isfinite(back) else 0.0) * (1.0 + one)
            grown[at] = one
        last = first
        growth[row] = grown


def episodes(rung: Rows, known: Bools, since: Rows, reached: Rows) -> None:
    """Rows on which the unbroken stretch of firing sessions and its present rung began; −1 = not firing."""
    begun, stood, last = (np.full(rung.shape[1], fill, dtype=np.int32) for fill in (-1, -1, 0))
    for row, (now, told) in enumerate(zip(rung, known, strict=True)):
        on = now > 0
        begun = np.where(told, np.where(on, np.where(last == 0, row, begun), -1), begun)
        stood = np.where(told, np.where(on, np.where(now != last, row, stood), -1), stood)
        last = np.where(told, now, last)
        since[row], reached[row] = begun, stood


def ladder(length: Rows, first: int, step: int, rung: Rows) -> None:
    """The highest rung reached by a run: `first`, then every multiple of `step` above it; 0 below."""
    rung[:] = np.where(length < first, 0, np.maximum(first, length.astype(np.int64) // step * step))


def carried(values: Floats, limit: int, filled: Floats, rows: Rows) -> None:
    """The newest known value at most `limit` rows back, and the row it stands in (−1 = none)."""
    newest, held = np.full(values.shape[1], -1, dtype=np.int32), np.full(values.shape[1], np.nan)
    for row, value in enumerate(values):
        known = np.isfinite(value)
        newest, held = np.where(known, row, newest), np.where(known, value, held)
        usable = newest >= max(0, row - limit)
        rows[row], filled[row] = np.where(usable, newest, -1), np.where(usable, held, np.nan)

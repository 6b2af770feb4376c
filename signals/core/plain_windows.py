"""The kernels over windows in plain numpy; see `signals.core.plain`."""

import numpy as np

from signals.core.matrix import Bools, Columns, Floats, Rows

SAME = 1e-9
"""Figures that differ by less than this share of their level (or of 1) are equal but for rounding."""

ROUNDING = 1e-12
"""A variance below this share of the mean square that it was computed from is noise."""


def lately(flags: Bools, window: int, shown: Bools) -> None:
    """Whether one of the last `window` flags is up, its own row's included."""
    left = np.zeros(flags.shape[1], dtype=np.int64)
    for row, up in enumerate(flags):
        left = np.where(up, window, np.maximum(left - 1, 0))
        shown[row] = left > 0


def rolling_sum(values: Floats, window: int, total: Floats) -> None:
    """Sum of the last `window` values; unknown when one of them is.

    What a sum rounds away is kept beside it (T. J. Dekker's and D. E. Knuth's two-sum), so that a value that
    has left the window leaves nothing behind.
    """
    unknown = np.zeros(values.shape[1])
    summed, error = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for row, new in enumerate(values):
        old = values[row - window] if row >= window else np.zeros(values.shape[1])
        known, was = np.isfinite(new), np.isfinite(old)
        unknown = unknown + ~known - ~was
        for step in (np.where(known, new, 0.0), np.where(was, -old, 0.0)):
            more = summed + step
            part = more - summed
            error = error + ((summed - (more - part)) + (step - part))
            summed = more
        total[row] = np.where((unknown == 0) & (row >= window - 1), summed + error, np.nan)


def known_before(values: Floats, window: int, known: Rows) -> None:
    """Number of the known ones among the `window` values before each one, itself left out."""
    count = np.zeros(values.shape[1], dtype=np.int32)
    for row in range(len(values)):
        known[row] = count
        old = values[row - window] if row >= window else np.full(values.shape[1], np.nan)
        count = count + np.isfinite(values[row]) - np.isfinite(old)


def mean_before(values: Floats, window: int, least_known: int, mean: Floats) -> None:
    """Mean of the known ones among the `window` values before each one; NaN where fewer than `least_known` are."""
    nothing = np.full(values.shape[1], np.nan)
    count, summed, error = np.zeros(values.shape[1]), np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for row in range(len(values)):
        new = values[row - 1] if row else nothing
        old = values[row - 1 - window] if row > window else nothing
        come, was = np.isfinite(new), np.isfinite(old)
        count = (count + come) - was
        for step in (np.where(come, new, 0.0), np.where(was, -old, 0.0)):
            more = summed + step
            part = more - summed
            error = error + ((summed - (more - part)) + (step - part))
            summed = more
        mean[row] = np.where(count >= max(1, least_known), (summed + error) / np.maximum(count, 1.0), np.nan)


def rolling_growth(changes: Floats, window: int, growth: Floats) -> None:
    """Compound of the last `window` changes; unknown when one of them is."""
    for row in range(len(changes)):
        grown = np.full(changes.shape[1], 0.0 if row >= window - 1 else np.nan)
        for change in changes[max(0, row - window + 1) : row + 1]:
            grown = grown + change * (1.0 + grown)
        growth[row] = grown


def zscores(values: Floats, window: int, least_known: int, zscore: Floats) -> None:
    """Distance of each value from the mean of the `window` values before it, in their sample deviations.

    1. Sessions are cut into blocks of `window`. The values before a session are the tail of the block before
       its own and the head of its own block; sums over tails and heads grow by addition alone, so a value
       that has left the window leaves no rounding behind.
    2. Both are sums of distances from an anchor, the newest value before the block: it stands in the window
       as a rule, so that squares and the square of the sum stay of one size.
    3. Unknown where fewer than `least_known` values before it are known, or where they do not vary.
    """
    subjects = values.shape[1]
    nothing = np.full(subjects, np.nan)
    count, anchor, newest, sums, squares = np.zeros(subjects), nothing, nothing, np.zeros(subjects), np.zeros(subjects)
    tail_sums, tail_squares = np.zeros((window + 1, subjects)), np.zeros((window + 1, subjects))
    for row, now in enumerate(values):
        new = values[row - 1] if row else nothing
        old = values[row - 1 - window] if row > window else nothing
        known, into = np.isfinite(new), row % window
        if into == 0:
            anchor = np.where(known, new, newest)
            sums, squares = np.zeros(subjects), np.zeros(subjects)
            for back in range(1, min(window, row) + 1):
                past = values[row - back]
                apart = np.where(np.isfinite(past), past - anchor, 0.0)
                tail_sums[back] = tail_sums[back - 1] + apart
                tail_squares[back] = tail_squares[back - 1] + apart * apart
        count = count + known - np.isfinite(old)
        anchor = np.where(known & np.isnan(anchor), new, anchor)
        apart = np.where(known & (into > 0), new - anchor, 0.0)
        newest = np.where(known, new, newest)
        sums, squares = sums + apart, squares + apart * apart
        tail = min(window, row) - into
        summed, squared = tail_sums[tail] + sums, count * (tail_squares[tail] + squares)
        spread = squared - summed * summed
        level = np.abs(count * anchor + summed)
        level = np.where(level > count, level, count)
        varies = (spread > SAME * SAME * (level * level)) & (spread > ROUNDING * squared)
        stated = varies & (count >= least_known) & np.isfinite(now)
        apart = count * (now - anchor) - summed
        score = apart * np.sqrt(np.where(stated, count - 1.0, 0.0) / np.where(stated, count * spread, 1.0))
        zscore[row] = np.where(stated, score, np.nan)


def percentiles(values: Floats, window: int, least_known: int, percentile: Floats) -> None:
    """Share of the `window` values before each one that lie below it (ties count half), 0 … 1.

    Unknown where fewer than `least_known` of them are known.
    """
    for row, now in enumerate(values):
        past = values[max(0, row - window) : row]
        count = np.isfinite(past).sum(axis=0)
        below = 0.5 * ((past < now).sum(axis=0) + (past <= now).sum(axis=0))
        stated = (count >= max(1, least_known)) & np.isfinite(now)
        percentile[row] = np.where(stated, below / np.maximum(count, 1), np.nan)


def percentiles_at(
    values: Floats, rows: Columns, columns: Columns, window: int, least_known: int, percentile: Floats
) -> None:
    """What `percentiles` says of some cells, in the one row of the matrix that is filled."""
    now, count, below = values[rows, columns], np.zeros(len(rows)), np.zeros(len(rows))
    for back in range(1, window + 1):
        past = np.where(rows >= back, values[np.maximum(rows - back, 0), columns], np.nan)
        count += np.isfinite(past)
        below += past < now
        below += past <= now
    stated = (count >= max(1, least_known)) & np.isfinite(now)
    percentile[0] = np.where(stated, 0.5 * below / np.maximum(count, 1), np.nan)


def highest_before(values: Floats, window: int, least_known: int, sign: float, highest: Floats) -> None:
    """The highest (`sign` −1: the lowest) of the `window` values before each session, itself left out.

    Unknown where fewer than `least_known` of them are known.
    """
    for row in range(len(values)):
        past = values[max(0, row - window) : row] * sign
        known = np.isfinite(past)
        best = np.where(known, past, -np.inf).max(axis=0, initial=-np.inf)
        highest[row] = np.where(known.sum(axis=0) >= max(1, least_known), sign * best, np.nan)


def sessions_since(values: Floats, sign: float, back: Rows) -> None:
    """Sessions back to the newest value at least as high (`sign` −1: as low).

    0 = none of the known ones before it was; −1 = the value is unknown. A row that is passed over leads on to
    its own answer, so that each search is short.
    """
    columns = np.arange(values.shape[1])
    for row, value in enumerate(values * sign):
        known = np.isfinite(value)
        there = np.full(values.shape[1], row - 1)
        searching = known & (there >= 0)
        while searching.any():
            at, rows = columns[searching], there[searching]
            other, link = values[rows, at] * sign, back[rows, at]
            found = np.isfinite(other) & (other >= value[at])
            there[at] = np.where(found, rows, np.where(link == 0, -1, rows - np.maximum(link, 1)))
            searching[at] = ~found & (there[at] >= 0)
        back[row] = np.where(known, np.where(there >= 0, row - there, 0), -1)


def growth_from(values: Floats, base: Columns, growth: Floats) -> None:
    """Growth of each row over the row that `base` names for it; unknown where that is −1."""
    for row, there in enumerate(base):
        growth[row] = values[row] / values[max(there, 0)] - 1.0 if there >= 0 else np.nan

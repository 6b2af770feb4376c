"""The z-score, in the manner of `signals.core.compiled`."""

import numpy as np

from signals.core.matrix import Floats

_SAME = 1e-9
_ROUNDING = 1e-12


def zscores(begin: int, end: int, values: Floats, window: int, least_known: int, zscore: Floats) -> None:
    """See `plain_windows.zscores`.

    Two sessions a pass, both of one block; a session without a companion has one that knows nothing.
    """
    sessions, subjects, least = len(values), end - begin, float(least_known)
    nothing, aside = np.full(subjects, np.nan), np.empty(subjects)
    count, anchor = np.zeros(subjects), np.full(subjects, np.nan)
    sums, squares, longest = np.empty(subjects), np.empty(subjects), min(window, sessions) + 2
    tail_sums, tail_squares = np.empty((longest, subjects)), np.empty((longest, subjects))

    def distance(value: float, base: float) -> float:
        return value - base if np.isfinite(value) & ~np.isnan(base) else 0.0

    def settled(value: float, base: float) -> float:
        return value if np.isfinite(value) & np.isnan(base) else base

    def size_after(size: float, come: float, gone: float) -> float:
        return size + (1.0 if np.isfinite(come) else 0.0) - (1.0 if np.isfinite(gone) else 0.0)

    def score(value: float, size: float, base: float, summed: float, squared: float) -> float:
        spread, level = squared - summed * summed, abs(size * base + summed)
        level = max(size, level)
        same, rounding = _SAME * _SAME * (level * level), _ROUNDING * squared
        stated = (spread > max(rounding, same)) & (size >= least) & np.isfinite(value)
        apart = size * (value - base) - summed
        return apart * np.sqrt((size - 1.0) / (size * spread)) if stated else np.nan

    for first in range(0, sessions, window):
        past = min(window, first)
        sums[:], squares[:] = 0.0, 0.0
        tails(begin, end, values, first, past, count, anchor, tail_sums, tail_squares)
        for row in range(first, min(first + window, sessions), 2):
            alone = row + 1 == min(first + window, sessions)
            now, then = values[row, begin:end], nothing if alone else values[row + 1, begin:end]
            out, out_then = zscore[row, begin:end], aside if alone else zscore[row + 1, begin:end]
            old = values[row - window, begin:end] if past else nothing
            older = values[row + 1 - window, begin:end] if past and not alone else nothing
            tail, tail_then = (past - (row - first), past - (row - first) - 1) if past else (0, 0)
            tail_sum, tail_square = tail_sums[tail], tail_squares[tail]
            next_sum, next_square = tail_sums[tail_then], tail_squares[tail_then]
            for at in range(subjects):
                value, size, base, head, square = now[at], count[at], anchor[at], sums[at], squares[at]
                out[at] = score(value, size, base, tail_sum[at] + head, size * (tail_square[at] + square))
                apart, size = distance(value, base), size_after(size, value, old[at])
                base, head, square = settled(value, base), head + apart, square + apart * apart
                value = then[at]
                out_then[at] = score(value, size, base, next_sum[at] + head, size * (next_square[at] + square))
                apart, count[at] = distance(value, base), size_after(size, value, older[at])
                anchor[at], sums[at], squares[at] = settled(value, base), head + apart, square + apart * apart


def tails(
    begin: int,
    end: int,
    values: Floats,
    first: int,
    past: int,
    count: Floats,
    anchor: Floats,
    sums: Floats,
    squares: Floats,
) -> None:
    """Find the anchors of the block that begins with the row `first`, and sum the distances from them over the tails
    of the `past` rows before: row by row of the sums, a tail is one longer. `count` says how many of them are known.
    """

    def distance(value: float, base: float) -> float:
        return value - base if np.isfinite(value) & ~np.isnan(base) else 0.0

    sums[0], squares[0] = 0.0, 0.0
    for at in range(end - begin):
        newest = first - 1
        while count[at] > 0.0 and not np.isfinite(values[newest, begin + at]):
            newest -= 1
        anchor[at] = values[newest, begin + at] if count[at] > 0.0 else anchor[at]
    for back in range(1, past + 1, 2):
        new, old = values[first - back, begin:end], values[max(first - back - 1, 0), begin:end]
        none, one, two = sums[back - 1], sums[back], sums[back + 1]
        none_squared, one_squared, two_squared = squares[back - 1], squares[back], squares[back + 1]
        for at in range(end - begin):
            near, far = distance(new[at], anchor[at]), distance(old[at], anchor[at])
            summed, squared = none[at] + near, none_squared[at] + near * near
            one[at], one_squared[at] = summed, squared
            two[at], two_squared[at] = summed + far, squared + far * far

"""Loops over windows of sessions, in the manner of `signals.core.compiled`."""

import numpy as np

from signals.core.matrix import Bools, Columns, Floats, Rows

_TILE = 256


def lately(begin: int, end: int, flags: Bools, window: int, shown: Bools) -> None:
    """See `plain_windows.lately`."""
    sessions, subjects = len(flags), end - begin
    zero, one, whole = np.int32(0), np.int32(1), np.int32(window)
    left = np.zeros(subjects, np.int32)
    for row in range(sessions):
        up, out = flags[row, begin:end], shown[row, begin:end]
        for at in range(subjects):
            now = whole if up[at] else max(np.int32(left[at] - one), zero)
            left[at] = now
            out[at] = now > zero


def added(summed: float, error: float, step: float) -> tuple[float, float]:
    """A sum and what rounding has lost of it, with another step; an unknown one adds nothing."""
    step = step if np.isfinite(step) else 0.0
    more = summed + step
    part = more - summed
    return more, error + ((summed - (more - part)) + (step - part))


def rolling_sum(begin: int, end: int, values: Floats, window: int, total: Floats) -> None:
    """See `plain_windows.rolling_sum`; two sessions a pass, as in `compiled_zscores`."""
    sessions, subjects = len(values), end - begin
    unknown, sums, errors = np.zeros(subjects), np.zeros(subjects), np.zeros(subjects)
    nothing, aside = np.zeros(subjects), np.empty(subjects)

    def absent(value: float) -> float:
        return 0.0 if np.isfinite(value) else 1.0

    for row in range(0, sessions, 2):
        alone = row + 1 == sessions
        new, then = values[row, begin:end], nothing if alone else values[row + 1, begin:end]
        old = values[row - window, begin:end] if row >= window else nothing
        older = values[row + 1 - window, begin:end] if row + 1 >= window and not alone else nothing
        out, out_then = total[row, begin:end], aside if alone else total[row + 1, begin:end]
        whole, whole_then = row >= window - 1, row + 1 >= window - 1
        for at in range(subjects):
            missing = unknown[at] + absent(new[at]) - absent(old[at])
            summed, error = added(sums[at], errors[at], new[at])
            summed, error = added(summed, error, -old[at])
            out[at] = summed + error if whole & (missing == 0.0) else np.nan
            missing = missing + absent(then[at]) - absent(older[at])
            summed, error = added(summed, error, then[at])
            summed, error = added(summed, error, -older[at])
            out_then[at] = summed + error if whole_then & (missing == 0.0) else np.nan
            unknown[at], sums[at], errors[at] = missing, summed, error


def known_before(begin: int, end: int, values: Floats, window: int, known: Rows) -> None:
    """See `plain_windows.known_before`."""
    sessions, subjects = len(values), end - begin
    nothing, zero, one = np.full(subjects, np.nan), np.int32(0), np.int32(1)
    count = np.zeros(subjects, np.int32)
    for row in range(sessions):
        new, old = values[row, begin:end], values[row - window, begin:end] if row >= window else nothing
        out = known[row, begin:end]
        for at in range(subjects):
            now = count[at]
            out[at] = now
            come = np.int32(now + one) if np.isfinite(new[at]) else now
            count[at] = come - (one if np.isfinite(old[at]) else zero)


def mean_before(begin: int, end: int, values: Floats, window: int, least_known: int, mean: Floats) -> None:
    """See `plain_windows.mean_before`; two sessions a pass, as in `compiled_zscores`."""
    sessions, subjects = len(values), end - begin
    nothing, aside, least = np.full(subjects, np.nan), np.empty(subjects), float(max(1, least_known))
    count, sums, errors = np.zeros(subjects), np.zeros(subjects), np.zeros(subjects)

    def known(value: float) -> float:
        return 1.0 if np.isfinite(value) else 0.0

    def stated(size: float, summed: float, error: float) -> float:
        return (summed + error) / max(size, 1.0) if size >= least else np.nan

    for row in range(0, sessions, 2):
        alone = row + 1 == sessions
        new, then = values[row, begin:end], nothing if alone else values[row + 1, begin:end]
        old = values[row - window, begin:end] if row >= window else nothing
        older = values[row + 1 - window, begin:end] if row + 1 >= window and not alone else nothing
        out, out_then = mean[row, begin:end], aside if alone else mean[row + 1, begin:end]
        for at in range(subjects):
            size, summed, error = count[at], sums[at], errors[at]
            out[at] = stated(size, summed, error)
            size = size + known(new[at]) - known(old[at])
            summed, error = added(summed, error, new[at])
            summed, error = added(summed, error, -old[at])
            out_then[at] = stated(size, summed, error)
            count[at] = size + known(then[at]) - known(older[at])
            summed, error = added(summed, error, then[at])
            sums[at], errors[at] = added(summed, error, -older[at])


def rolling_growth(begin: int, end: int, changes: Floats, window: int, growth: Floats) -> None:
    """See `plain_windows.rolling_growth`."""
    sessions, subjects = len(changes), end - begin
    for row in range(sessions):
        out = growth[row, begin:end]
        for at in range(subjects):
            out[at] = 0.0 if row >= window - 1 else np.nan
        if row >= window - 1:
            for back in range(row - window + 1, row + 1):
                step = changes[back, begin:end]
                for at in range(subjects):
                    out[at] = out[at] + step[at] * (1.0 + out[at])


def percentiles(begin: int, end: int, values: Floats, window: int, least_known: int, percentile: Floats) -> None:
    """See `plain_windows.percentiles`."""
    sessions, subjects = len(values), end - begin
    tile = max(_TILE, window)
    past = np.empty((subjects, tile + window))
    for first in range(0, sessions, tile):
        stop, origin = min(first + tile, sessions), max(0, first - window)
        for row in range(origin, stop):
            step = values[row, begin:end]
            for at in range(subjects):
                past[at, row - origin] = step[at]
        for at in range(subjects):
            own, column = past[at], begin + at
            known = 0
            for row in range(origin, first):
                known += np.isfinite(own[row - origin])
            for row in range(first, stop):
                value, share = own[row - origin], np.nan
                oldest = max(origin, row - window)
                if np.isfinite(value) and known >= least_known and known > 0:
                    below = 0
                    upto = 0
                    for other in own[oldest - origin : row - origin]:
                        below += other < value
                        upto += other <= value
                    share = 0.5 * (below + upto) / known
                percentile[row, column] = share
                known += np.isfinite(value)
                if row - window >= origin:
                    known -= np.isfinite(own[row - window - origin])


def percentiles_at(
    values: Floats, rows: Columns, columns: Columns, window: int, least_known: int, percentile: Floats
) -> None:
    """See `plain_windows.percentiles_at`."""
    for at in range(len(rows)):
        row, column = rows[at], columns[at]
        value = values[row, column]
        known = below = upto = 0
        for back in range(max(0, row - window), row):
            other = values[back, column]
            known += np.isfinite(other)
            below += other < value
            upto += other <= value
        stated = np.isfinite(value) and known >= max(1, least_known)
        percentile[0, at] = 0.5 * (below + upto) / known if stated else np.nan


def highest_before(
    begin: int, end: int, values: Floats, window: int, least_known: int, sign: float, highest: Floats
) -> None:
    """See `plain_windows.highest_before`; two sessions a pass, as in `compiled_zscores`.

    A window is the tail of the block of sessions before its session's own and the head of that block.
    """
    sessions, subjects, least = len(values), end - begin, float(max(1, least_known))
    nothing, aside = np.full(subjects, np.nan), np.empty(subjects)
    count, lead = np.zeros(subjects), np.empty(subjects)
    tails = np.empty((min(window, sessions) + 2, subjects))
    tails[0] = -np.inf

    def height(value: float) -> float:
        return value * sign if np.isfinite(value) else -np.inf

    def size_after(size: float, come: float, gone: float) -> float:
        return size + (1.0 if np.isfinite(come) else 0.0) - (1.0 if np.isfinite(gone) else 0.0)

    for first in range(0, sessions, window):
        past, stop = min(window, first), min(first + window, sessions)
        lead[:] = -np.inf
        for back in range(1, past + 1, 2):
            new, old = values[first - back, begin:end], values[max(first - back - 1, 0), begin:end]
            none, one, two = tails[back - 1], tails[back], tails[back + 1]
            for at in range(subjects):
                high = max(height(new[at]), none[at])
                one[at], two[at] = high, max(height(old[at]), high)
        for row in range(first, stop, 2):
            alone = row + 1 == stop
            now, then = values[row, begin:end], nothing if alone else values[row + 1, begin:end]
            out, out_then = highest[row, begin:end], aside if alone else highest[row + 1, begin:end]
            old = values[row - window, begin:end] if past else nothing
            older = values[row + 1 - window, begin:end] if past and not alone else nothing
            tail = tails[past - (row - first) if past else 0]
            tail_then = tails[past - (row - first) - 1 if past else 0]
            for at in range(subjects):
                size, head = count[at], lead[at]
                out[at] = sign * max(head, tail[at]) if size >= least else np.nan
                size, head = size_after(size, now[at], old[at]), max(height(now[at]), head)
                out_then[at] = sign * max(head, tail_then[at]) if size >= least else np.nan
                count[at], lead[at] = size_after(size, then[at], older[at]), max(height(then[at]), head)


def sessions_since(begin: int, end: int, values: Floats, sign: float, back: Rows) -> None:
    """See `plain_windows.sessions_since`.

    What a later value has surpassed is never an answer again: the others are kept in a pile for each subject, the
    newest and lowest on top. The piles lie side by side, and most are low, so that they stay near the processor.
    """
    sessions, subjects = len(values), end - begin
    heights, rows = np.empty((sessions, subjects)), np.empty((sessions, subjects), np.int32)
    piled = np.zeros(subjects, np.int64)
    for row in range(sessions):
        now, out = values[row, begin:end], back[row, begin:end]
        for at in range(subjects):
            value, top = now[at] * sign, piled[at]
            if not np.isfinite(value):
                out[at] = -1
                continue
            while top > 0 and heights[top - 1, at] < value:
                top -= 1
            out[at] = row - rows[top - 1, at] if top > 0 else 0
            heights[top, at], rows[top, at] = value, row
            piled[at] = top + 1


def growth_from(begin: int, end: int, values: Floats, base: Columns, growth: Floats) -> None:
    """See `plain_windows.growth_from`."""
    sessions, subjects = len(values), end - begin
    for row in range(sessions):
        now, out, there = values[row, begin:end], growth[row, begin:end], base[row]
        before = values[max(there, 0), begin:end]
        for at in range(subjects):
            out[at] = now[at] / before[at] - 1.0 if there >= 0 else np.nan

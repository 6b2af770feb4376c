"""The kernels over windows and groups in plain numpy; see `signals.core.plain`."""

from itertools import pairwise

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
        level = count * anchor + summed
        varies = (spread > SAME * SAME * np.maximum(count * count, level * level)) & (spread > ROUNDING * squared)
        stated = varies & (count >= least_known) & np.isfinite(now)
        apart = count * (now - anchor) - summed
        square = np.where(stated, apart * apart * (count - 1.0), 0.0) / np.where(stated, count * spread, 1.0)
        score = np.sqrt(square)
        zscore[row] = np.where(stated, np.where(apart > 0.0, score, -score), np.nan)


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


def group_sums(values: Floats, columns: Columns, bounds: Columns, total: Floats) -> None:
    """Sums over the columns of each group, session by session; groups are laid as in `rank_within`."""
    total[:] = 0.0
    for group, (first, stop) in enumerate(pairwise(bounds.tolist())):
        for column in columns[first:stop]:
            total[:, group] += values[:, column]


def rank_within(
    values: Floats,
    members: Bools,
    columns: Columns,
    bounds: Columns,
    least_members: int,
    least_coverage: float,
    rank: Floats,
    size: Floats,
) -> None:
    """Rank (1 = largest, ties share the better one) and number of the ranked within groups, session by session.

    Group g is ``columns[bounds[g]:bounds[g + 1]]``; no column stands in two. Stated only where a group has at
    least `least_members` members that session, and at least the share `least_coverage` of them is known.
    """
    rank[:], size[:] = np.nan, np.nan
    for first, stop in pairwise(bounds.tolist()):
        group = columns[first:stop]
        inside = members[:, group]
        mine = np.where(inside, values[:, group], np.nan)
        known = np.isfinite(mine)
        total = inside.sum(axis=1)
        stated = (total >= least_members) & (known.sum(axis=1) >= least_coverage * total)
        mine = np.where(known, mine, np.nan)
        better = (mine[:, None, :] > mine[:, :, None]).sum(axis=2)
        shown = known & stated[:, None]
        rank[:, group] = np.where(shown, better + 1.0, np.nan)
        size[:, group] = np.where(shown, known.sum(axis=1)[:, None], np.nan)


def overtakings(
    values: Floats,
    stated: Bools,
    columns: Columns,
    bounds: Columns,
    memory: int,
    least_lead: float,
    former: Rows,
) -> None:
    """Where a column takes over the lead of its group: the column of the former leader; −1 elsewhere.

    Groups are laid as in `rank_within`; `stated` says where a standing in the group may be stated at all.

    1. The largest stated value leads; where it is shared, whoever led before goes on to.
    2. A challenger has to be ahead of the leader's own value of that session by more than the share
       `least_lead` of it, or the two would change places every other day.
    3. A leader whose value is not known that session stays it for `memory` sessions: that its figure is
       missing is nobody's victory.
    """
    former[:] = -1
    for first, stop in pairwise(bounds.tolist()):
        group, leader, seen = columns[first:stop], -1, -1
        known = np.where(stated[:, group] & np.isfinite(values[:, group]), values[:, group], -np.inf)
        best = known.max(axis=1, initial=-np.inf)
        alone = np.isfinite(best) & ((known == best[:, None]).sum(axis=1) == 1)
        for row in range(len(values)):
            held = values[row, leader] if leader >= 0 and stated[row, leader] else np.nan
            seen = row if np.isfinite(held) else seen
            challenger = int(group[known[row].argmax()]) if alone[row] else leader
            if challenger == leader:
                continue
            overtakes = best[row] - held > least_lead * abs(held)
            if overtakes:
                former[row, challenger] = leader
            if overtakes or leader < 0 or row - seen > memory:
                leader, seen = challenger, row

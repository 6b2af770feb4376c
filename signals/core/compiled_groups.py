"""Loops over groups of subjects, session by session, in the manner of `signals.core.compiled`."""

import numpy as np

from signals.core.matrix import Bools, Columns, Floats, Rows


def group_sums(begin: int, end: int, values: Floats, columns: Columns, bounds: Columns, total: Floats) -> None:
    """See `plain_groups.group_sums`; `begin` and `end` are sessions."""
    for row in range(begin, end):
        now, out = values[row], total[row]
        for group in range(len(bounds) - 1):
            summed = 0.0
            for place in range(bounds[group], bounds[group + 1]):
                summed += now[columns[place]]
            out[group] = summed


def rank_within(
    begin: int,
    end: int,
    values: Floats,
    members: Bools,
    columns: Columns,
    bounds: Columns,
    least_members: int,
    least_coverage: float,
    rank: Floats,
    size: Floats,
) -> None:
    """See `plain_groups.rank_within`; `begin` and `end` are sessions."""
    subjects = values.shape[1]
    mine, at, better = np.empty(subjects), np.empty(subjects, np.int64), np.empty(subjects, np.int64)
    for row in range(begin, end):
        now, inside, to_rank, to_size = values[row], members[row], rank[row], size[row]
        for column in range(subjects):
            to_rank[column] = to_size[column] = np.nan
        for group in range(len(bounds) - 1):
            first, stop = bounds[group], bounds[group + 1]
            if stop - first < least_members:
                continue
            total = known = 0
            for place in range(first, stop):
                column = columns[place]
                if inside[column]:
                    total += 1
                    mine[known], at[known] = now[column], column
                    known += np.isfinite(now[column])
            if total < least_members or known < least_coverage * total:
                continue
            for one in range(known):
                value, above = mine[one], 1
                for other in range(one):
                    above += mine[other] > value
                    better[other] += value > mine[other]
                better[one] = above
            for one in range(known):
                to_rank[at[one]], to_size[at[one]] = better[one], known


def overtakings(
    values: Floats,
    stated: Bools,
    columns: Columns,
    bounds: Columns,
    memory: int,
    least_lead: float,
    former: Rows,
) -> None:
    """See `plain_groups.overtakings`."""
    sessions, subjects = values.shape
    groups = len(bounds) - 1
    leaders, seen = np.full(groups, -1, np.int64), np.full(groups, -1, np.int64)
    for row in range(sessions):
        now, told, out = values[row], stated[row], former[row]
        for column in range(subjects):
            out[column] = -1
        for group in range(groups):
            best, first, shared = -np.inf, np.int64(-1), True
            for place in range(bounds[group], bounds[group + 1]):
                column = columns[place]
                value = now[column]
                if told[column] & np.isfinite(value) & (value >= best):
                    shared = value == best
                    best, first = max(best, value), first if shared else column
            leader = leaders[group]
            held = now[leader] if leader >= 0 and told[leader] else np.nan
            if np.isfinite(held):
                seen[group] = row
            if shared or first == leader:
                continue
            overtakes = best - held > least_lead * abs(held)
            if overtakes:
                out[first] = leader
            if overtakes or leader < 0 or row - seen[group] > memory:
                leaders[group], seen[group] = first, row

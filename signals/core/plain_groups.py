"""The kernels over groups of subjects in plain numpy; see `signals.core.plain`."""

from itertools import pairwise

import numpy as np

from signals.core.matrix import Bools, Columns, Floats, Rows, Shorts


def group_sums(values: Floats, taken: Bools, columns: Columns, bounds: Columns, total: Floats) -> None:
    """Sums of what is taken over the columns of each group, session by session; groups are laid as in `rank_within`."""
    total[:] = 0.0
    for group, (first, stop) in enumerate(pairwise(bounds.tolist())):
        for column in columns[first:stop]:
            total[:, group] += np.where(taken[:, column], values[:, column], 0.0)


def group_counts(taken: Bools, columns: Columns, bounds: Columns, total: Floats) -> None:
    """How many are taken of the columns of each group."""
    total[:] = 0.0
    for group, (first, stop) in enumerate(pairwise(bounds.tolist())):
        total[:, group] = taken[:, columns[first:stop]].sum(axis=1)


def rank_within(
    values: Floats,
    members: Bools,
    columns: Columns,
    bounds: Columns,
    least_members: int,
    least_coverage: float,
    place: Shorts,
) -> None:
    """Place within groups (1 = largest, ties share the better one), session by session.

    Group g is ``columns[bounds[g]:bounds[g + 1]]``; no column stands in two. Stated only where a group has at
    least `least_members` members that session, and at least the share `least_coverage` of them is known.
    """
    place[:] = 0
    for first, stop in pairwise(bounds.tolist()):
        group = columns[first:stop]
        inside = members[:, group]
        mine = np.where(inside, values[:, group], np.nan)
        known = np.isfinite(mine)
        total = inside.sum(axis=1)
        stated = (total >= least_members) & (known.sum(axis=1) >= least_coverage * total)
        mine = np.where(known, mine, np.nan)
        better = (mine[:, None, :] > mine[:, :, None]).sum(axis=2)
        place[:, group] = np.where(known & stated[:, None], better + 1, 0)


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

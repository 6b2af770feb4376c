"""Who takes the first place of a group from whom."""

from collections.abc import Sequence

import numpy as np

from signals.core.matrix import Bools, Floats, Ints

MEMORY_SESSIONS = 5
"""A leader that has not been seen for longer is forgotten: whoever leads then has overtaken nobody."""


def overtakings(values: Floats, stated: Bools, groups: Sequence[Sequence[int]], *, least_lead: float) -> Ints:
    """Where a column takes over the lead of its group: the column of the former leader; −1 elsewhere.

    `stated` says where a standing in the group may be stated at all (coverage, least size).

    1. The largest stated value leads; where it is shared, whoever led before goes on to.
    2. A challenger has to be ahead of the leader's own value of that session by more than the share
       `least_lead` of it, or the two would change places every other day.
    3. A leader whose value is not known that session stays it for `MEMORY_SESSIONS`: that its figure is
       missing is nobody's victory.
    """
    former = np.full(values.shape, -1, dtype=np.int64)
    columns = _side_by_side(groups)
    at, inside = np.arange(len(columns)), columns >= 0
    leader, seen = np.full(len(columns), -1, dtype=np.int64), np.full(len(columns), -1, dtype=np.int64)
    for row in range(len(values) if columns.size else 0):
        known = np.where(stated[row], values[row], np.nan)
        compared = np.where(inside & np.isfinite(known[columns]), known[columns], -np.inf)
        best = compared.argmax(axis=1)
        first = compared[at, best]
        alone = np.isfinite(first) & ((compared == first[:, None]).sum(axis=1) == 1)
        challenger, held = columns[at, best], np.where(leader >= 0, known[leader], np.nan)
        overtakes = alone & (challenger != leader) & (first - held > least_lead * np.abs(held))
        former[row, challenger[overtakes]] = leader[overtakes]
        seen = np.where(np.isfinite(held), row, seen)
        leader = np.where(overtakes | (alone & ((leader < 0) | (row - seen > MEMORY_SESSIONS))), challenger, leader)
        seen = np.where(overtakes | (leader == challenger), row, seen)
    return former


def _side_by_side(groups: Sequence[Sequence[int]]) -> Ints:
    """Groups as rows of one matrix, filled up with −1."""
    widest = max(map(len, groups), default=0)
    return np.array([[*group, *[-1] * (widest - len(group))] for group in groups], dtype=np.int64).reshape(
        len(groups), widest
    )

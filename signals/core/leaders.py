"""Who takes the first place of a group from whom."""

from collections.abc import Sequence

import numpy as np

from signals.core import kernels
from signals.core.matrix import Bools, Floats, Ints
from signals.core.ranks import Laid, laid_groups
from signals.core.room import ROOM

MEMORY_SESSIONS = 5
"""A leader that has not been seen for longer is forgotten: whoever leads then has overtaken nobody."""


def overtakings(values: Floats, stated: Bools, groups: Sequence[Sequence[int]] | Laid, *, least_lead: float) -> Ints:
    """Where a column takes over the lead of its group: the column of the former leader; −1 elsewhere.

    `stated` says where a standing in the group may be stated at all (coverage, least size); `plain.overtakings`
    has the rules.
    """
    former = ROOM.empty(values.shape, np.int32)
    values, stated = np.ascontiguousarray(values, dtype=np.float64), np.ascontiguousarray(stated, dtype=np.bool_)
    laid = laid_groups(groups)
    kernels.OVERTAKINGS(values, stated, laid.columns, laid.bounds, MEMORY_SESSIONS, float(least_lead), former)
    return former

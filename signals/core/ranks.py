"""Groups of subjects on each session: standing within them, and their sums."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from signals.core import kernels
from signals.core.matrix import Bools, Columns, Floats, laid
from signals.core.room import ROOM


@dataclass(frozen=True, eq=False, slots=True)
class Ranks:
    """Standing within a group, largest first; ties share the better rank."""

    rank: Floats
    """1 = first; NaN where it may not be stated."""
    size: Floats
    """Members that were compared."""


@dataclass(frozen=True, eq=False, slots=True)
class Laid:
    """Groups as kernels take them."""

    columns: Columns
    """Those of all groups, one group after the other."""
    bounds: Columns
    """Where each group begins among them, and the end of the last one."""

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.bounds) - 1


def rank_within(
    values: Floats,
    groups: Sequence[Sequence[int]] | Laid,
    members: Bools,
    *,
    least_members: int = 3,
    least_coverage: float = 0.9,
) -> Ranks:
    """Rank columns within groups on each row; no column may stand in two groups.

    `members` says who belongs to the comparison that session. A rank is stated only where the group
    has at least `least_members` of them and at least the share `least_coverage` has a known value.
    """
    values = laid(values)
    out = Ranks(ROOM.empty(values.shape, np.float64), ROOM.empty(values.shape, np.float64))
    members = np.ascontiguousarray(members, dtype=np.bool_)
    laid_as = _largest_first(laid_groups(groups))
    kernels.RANK_WITHIN(
        values, members, laid_as.columns, laid_as.bounds, least_members, least_coverage, out.rank, out.size
    )
    return out


def group_sums(values: Floats | Bools, groups: Laid) -> Floats:
    """Sums of each row over the columns of each group: sessions × groups; 0 for a group of none."""
    out = np.empty((len(values), groups.count))
    if values.dtype == np.bool_:
        kernels.GROUP_COUNTS(np.ascontiguousarray(values, dtype=np.bool_), groups.columns, groups.bounds, out)
    else:
        kernels.GROUP_SUMS(np.ascontiguousarray(values, dtype=np.float64), groups.columns, groups.bounds, out)
    return out


def laid_groups(groups: Sequence[Sequence[int] | Columns] | Laid) -> Laid:
    """The columns of all groups one after the other; groups that are laid so already as they are."""
    if isinstance(groups, Laid):
        return groups
    columns = np.array([column for group in groups for column in group], dtype=np.int64)
    return Laid(columns, np.cumsum([0, *(len(group) for group in groups)], dtype=np.int64))


def _largest_first(groups: Laid) -> Laid:
    """The same groups by falling size, as their ranks are told fastest."""
    sizes = np.diff(groups.bounds)
    order = np.argsort(-sizes, kind="stable")
    sizes, starts = sizes[order], groups.bounds[:-1][order]
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return Laid(groups.columns[np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], sizes)], bounds)

"""Groups of subjects on each session: standing within them, and their sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from signals.core import kernels
from signals.core.formulas import KNOWN_AMONG, PLACE
from signals.core.matrix import Bools, Columns, Floats, Shorts, laid
from signals.core.room import ROOM


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


@dataclass(frozen=True, eq=False)
class Ranks:
    """Standing within a group, largest first; ties share the better rank."""

    place: Shorts
    """1 = first; 0 where it may not be stated."""
    compared: Bools
    """Members whose value is known."""
    groups: Laid

    @cached_property
    def rank(self) -> Floats:
        """`place` as a figure: NaN where it may not be stated."""
        return PLACE(self.place)

    @cached_property
    def size(self) -> Floats:
        """Members that were compared; NaN where no rank is stated. Most cells' are never asked for."""
        return np.where(self.place > 0, self._counts[:, self._group], np.nan)

    def size_at(self, rows: Columns, columns: Columns) -> Floats:
        """`size` of some cells."""
        return np.where(self.place[rows, columns] > 0, self._counts[rows, self._group[columns]], np.nan)

    @cached_property
    def _counts(self) -> Floats:
        counts = group_counts(self.compared, self.groups)
        return np.hstack([counts, np.zeros((len(counts), 1))])

    @cached_property
    def _group(self) -> Columns:
        """The group of each column; one past the last for a column of none."""
        out = np.full(self.place.shape[1], self.groups.count, dtype=np.int64)
        out[self.groups.columns] = np.repeat(np.arange(self.groups.count), np.diff(self.groups.bounds))
        return out


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
    values, members = laid(values), np.ascontiguousarray(members, dtype=np.bool_)
    own = _largest_first(laid_groups(groups))
    place = ROOM.empty(values.shape, np.int16)
    kernels.RANK_WITHIN(values, members, own.columns, own.bounds, least_members, least_coverage, place)
    return Ranks(place, KNOWN_AMONG(values, members), own)


def group_sums(values: Floats, taken: Bools, groups: Laid) -> Floats:
    """Sums of each row over the columns of each group, of what is taken: sessions × groups; 0 for a group of none."""
    out = ROOM.empty((len(values), groups.count), np.float64)
    kernels.GROUP_SUMS(laid(values), np.ascontiguousarray(taken, dtype=np.bool_), groups.columns, groups.bounds, out)
    return out


def group_counts(taken: Bools, groups: Laid) -> Floats:
    """How many of the columns of each group are taken on each row: sessions × groups."""
    out = ROOM.empty((len(taken), groups.count), np.float64)
    kernels.GROUP_COUNTS(np.ascontiguousarray(taken, dtype=np.bool_), groups.columns, groups.bounds, out)
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

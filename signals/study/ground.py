"""What a signal is measured by: a price path for each of its subjects, and whom they are compared with."""

from dataclasses import dataclass

import numpy as np

from signals.core.field import CLOSE, Axis
from signals.core.formulas import NAV_MOVE_LIMIT
from signals.core.group_flows import members
from signals.core.matrix import Bools, Columns, Floats, Rows
from signals.core.panel import Panel
from signals.core.prices import CHANGE, INDEX_CHANGE, of_class, traded
from signals.core.profile import FundClass
from signals.study.kernels import PATHS

BROAD_INDICES = ("000985", "000300")
"""What a signal of the whole market is measured by: the first of them that is known."""


@dataclass(frozen=True, eq=False, slots=True)
class Paths:
    """Compounded moves: dividends and splits are none."""

    price: Floats
    """Worth of 1 yuan put in before the first session; NaN where a session's own move is not known."""
    chain: Rows
    """Two prices of a column compare where this is the same: no move between them is lost."""

    def of(self, columns: Columns) -> "Paths":
        """The paths of some columns."""
        return Paths(np.ascontiguousarray(self.price[:, columns]), np.ascontiguousarray(self.chain[:, columns]))


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """The subjects of a study."""

    columns: Columns
    """Columns of the detector's matrices."""
    paths: Paths
    """A column for each of them."""
    netted: bool
    """Their mean of the same session is taken off; a signal of the whole market has nothing to be set against."""
    index: str = ""
    """The index that stands for the market."""


def ground_of(panel: Panel, axis: Axis, fund_class: FundClass | None = None) -> Ground | None:
    """The ground for signals of an axis; for funds, of one class. None where nothing has a price."""
    if axis is Axis.FUND:
        classes = frozenset(FundClass) if fund_class is None else frozenset({fund_class})
        columns = np.flatnonzero(of_class(panel, classes))
        return Ground(columns, panel.derive(fund_paths).of(columns), netted=True) if columns.size else None
    if axis is Axis.INDEX:
        paths = panel.derive(index_paths)
        return Ground(np.arange(paths.price.shape[1]), paths, netted=True)
    if axis is Axis.MARKET:
        return _market(panel)
    return _groups(panel, axis) if axis in {Axis.CLASS, Axis.TRACKED} else None


def fund_paths(panel: Panel) -> Paths:
    """Of every fund by its closes; a suspended session is no move, one that nobody tells of breaks the chain."""
    moves = CHANGE.on(panel).values
    lost = ~panel.told(CLOSE) | (panel.derive(traded) & ~_plausible(moves))
    return paths_of(moves, lost)


def index_paths(panel: Panel) -> Paths:
    """Of every index by its levels; an index is never suspended."""
    moves = INDEX_CHANGE.on(panel).values
    return paths_of(moves, ~_plausible(moves))


def _market(panel: Panel) -> Ground | None:
    paths, columns = panel.derive(index_paths), panel.columns[Axis.INDEX]
    for index in BROAD_INDICES:
        if index in columns and np.isfinite(paths.price[:, columns[index]]).any():
            every = np.arange(len(panel.subjects[Axis.MARKET]))
            return Ground(every, paths.of(np.full(len(every), columns[index])), netted=False, index=index)
    return None


def _groups(panel: Panel, axis: Axis) -> Ground:
    """Groups of funds, each by the mean move of its members; what one class does is no measure for another."""
    moves, mean = CHANGE.on(panel).values, np.full(panel.shape(axis), np.nan)
    good = _plausible(moves)
    for name, funds in members(panel, axis=axis).items():
        known = good[:, funds].sum(axis=1)
        summed = np.where(good[:, funds], moves[:, funds], 0.0).sum(axis=1)
        mean[:, panel.column(axis, name)] = np.where(known > 0, summed / np.maximum(known, 1), np.nan)
    return Ground(np.arange(mean.shape[1]), paths_of(mean, ~np.isfinite(mean)), netted=axis is Axis.TRACKED)


def _plausible(moves: Floats) -> Bools:
    """Known, and within what a session's limits allow: anything else is a split that nobody told of."""
    return np.asarray(np.abs(moves) <= NAV_MOVE_LIMIT)


def paths_of(moves: Floats, lost: Bools) -> Paths:
    """The paths of matrices of moves; `lost` marks sessions whose move happened and is not known."""
    price, chain = np.empty(moves.shape), np.empty(moves.shape, dtype=np.int32)
    PATHS(np.ascontiguousarray(moves), lost, NAV_MOVE_LIMIT, price, chain)
    return Paths(price, chain)

"""A study: what followed each past firing of a signal, beside what followed on all days of the same subjects."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from signals.core.detector import Detector
from signals.core.field import Axis
from signals.core.matrix import Bools, Floats
from signals.core.panel import Panel
from signals.core.profile import FundClass
from signals.study.firings import Firings, find_firings, together
from signals.study.ground import Ground, ground_of
from signals.study.interval import Intervals, intervals
from signals.study.tally import AHEAD, COUNT, NET, UP, Tally, returns_after, tally

LEAST_DAYS = 10
"""Firings that crowd on fewer sessions than this are few events, however many funds took part."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a study is made."""

    horizons: tuple[int, ...] = (1, 5, 10, 20)
    """Sessions from the entry at the next session's close to the exit."""
    resamples: int = 1000
    least_count: int = 30
    """With fewer firings only their number is told."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What followed, as fractions; net = less the mean of all subjects over the same sessions."""

    up: float
    """Share of firings after which the price was higher."""
    base_up: float
    """The same of all judged days of the same subjects."""
    up_between: tuple[float, float]
    """95 % interval of `up` − `base_up`."""
    ahead: float
    """Share of firings that did better than the mean."""
    median_net: float
    mean_net: float
    base_net: float
    net_between: tuple[float, float]
    """95 % interval of `mean_net` − `base_net`."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What followed within one horizon."""

    horizon_sessions: int
    count: int
    """Firings whose return is known: neither too new, nor suspended or gone at either end."""
    days: int
    """Sessions on which they happened."""
    rates: Rates | None
    """None = too few to say anything."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """The evidence for one detector with its thresholds."""

    kind: str
    axis: Axis
    fund_class: FundClass | None
    """The class of the funds; None for signals of indices and the market."""
    index: str
    """The index that stands for the market; empty for other subjects."""
    first: date | None
    last: date | None
    """Sessions from the first to the last one that could be judged; None = none."""
    subjects: int
    """How many of them fired at least once."""
    firings: int
    outcomes: tuple[Outcome, ...]

    def after(self, sessions: int) -> Outcome | None:
        """The outcome of a horizon."""
        return next((one for one in self.outcomes if one.horizon_sessions == sessions), None)


def study(panel: Panel, detector: Detector, fund_class: FundClass | None, terms: Terms) -> Study | None:
    """What followed the past firings of a detector, among funds on those of one class.

    None where its subjects have no prices in the panel. Nothing looks past the panel: a firing whose horizon
    is not over does not count, and neither do the days that it is compared with. Only subjects that are in
    the panel are counted: what was delisted before the data begin, or is not in them, is missed.
    """
    made = study_each(panel, [detector], fund_class, terms)
    return made[0] if made else None


def study_each(
    panel: Panel, detectors: Sequence[Detector], fund_class: FundClass | None, terms: Terms
) -> list[Study]:
    """Studies of several detectors of one axis, such as one with several thresholds, in one pass.

    They share the days that they are compared with: those that all of them could judge. Empty where their
    subjects have no prices in the panel.
    """
    ground = ground_of(panel, detectors[0].axis, fund_class)
    if ground is None:
        return []
    judged = np.logical_and.reduce([one.findings(panel).found.known[:, ground.columns] for one in detectors])
    firings = together([find_firings(one, panel).of(ground.columns) for one in detectors])
    counted = tally(firings, len(detectors), ground, judged, terms.horizons)
    bounds = intervals(counted, terms.resamples, terms.seed)
    return [
        _study(panel, one, fund_class, ground, judged, _Group(group, firings, counted, bounds), terms)
        for group, one in enumerate(detectors)
    ]


def busiest_class(panel: Panel, detector: Detector) -> FundClass | None:
    """The class of funds that a detector speaks of most often; None where it is not about funds."""
    if detector.axis is not Axis.FUND:
        return None
    fired = find_firings(detector, panel).columns
    classes = [panel.profiles[code].fund_class for code in panel.subjects[Axis.FUND]]
    counts = Counter(classes[column] for column in fired.tolist())
    return max(FundClass, key=lambda one: counts[one])


@dataclass(frozen=True, eq=False, slots=True)
class _Group:
    number: int
    firings: Firings
    tally: Tally
    bounds: Intervals

    def net_returns(self, ground: Ground, horizon: int, at: int) -> Floats:
        mine = self.firings.groups == self.number
        rows, columns = self.firings.rows[mine], self.firings.columns[mine]
        net: Floats = returns_after(ground.paths, rows, columns, horizon) - self.tally.mean[rows, at]
        return net[np.isfinite(net)]


def _study(
    panel: Panel,
    detector: Detector,
    fund_class: FundClass | None,
    ground: Ground,
    judged: Bools,
    group: _Group,
    terms: Terms,
) -> Study:
    rows = np.flatnonzero(judged.any(axis=1))
    mine = group.firings.groups == group.number
    return Study(
        kind=detector.name,
        axis=detector.axis,
        fund_class=fund_class,
        index=ground.index,
        first=panel.sessions[rows[0]] if rows.size else None,
        last=panel.sessions[rows[-1]] if rows.size else None,
        subjects=len(np.unique(group.firings.columns[mine])),
        firings=int(mine.sum()),
        outcomes=tuple(_outcome(ground, group, horizon, at, terms) for at, horizon in enumerate(terms.horizons)),
    )


def _outcome(ground: Ground, group: _Group, horizon: int, at: int, terms: Terms) -> Outcome:
    fired = group.tally.fired[:, group.number, at]
    count, days = int(fired[:, COUNT].sum()), int(np.count_nonzero(fired[:, COUNT]))
    enough = count >= terms.least_count and days >= LEAST_DAYS
    return Outcome(
        horizon_sessions=horizon,
        count=count,
        days=days,
        rates=_rates(ground, group, horizon, at) if enough else None,
    )


def _rates(ground: Ground, group: _Group, horizon: int, at: int) -> Rates:
    fired, base = group.tally.fired[:, group.number, at].sum(axis=0), group.tally.base[:, at].sum(axis=0)
    up_low, up_high = group.bounds.up[group.number, at].tolist()
    net_low, net_high = group.bounds.net[group.number, at].tolist()
    return Rates(
        up=float(fired[UP] / fired[COUNT]),
        base_up=float(base[UP] / base[COUNT]),
        up_between=(up_low, up_high),
        ahead=float(fired[AHEAD] / fired[COUNT]),
        median_net=float(np.median(group.net_returns(ground, horizon, at))),
        mean_net=float(fired[NET] / fired[COUNT]),
        base_net=float(base[NET] / base[COUNT]),
        net_between=(net_low, net_high),
    )

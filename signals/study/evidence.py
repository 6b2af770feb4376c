"""A study: what followed each past firing of a signal, beside what followed on all days of the same subjects."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from signals.core.detector import Detector
from signals.core.field import Axis
from signals.core.matrix import Bools, Floats
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.profile import FundClass
from signals.core.quantity import Quantity
from signals.study.firings import Firings, crossings, find_firings
from signals.study.ground import Ground, ground_of
from signals.study.interval import Intervals, intervals
from signals.study.tally import AHEAD, COUNT, NET, UP, Tally, returns_after, tally

LEAST_DAYS = 10
"""Firings that crowd on fewer sessions than this are few events, however many funds took part."""


_DIGITS = 9


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
    """The evidence for one detector with its settings, or for one threshold of a quantity."""

    kind: str
    """The name of the detector or quantity."""
    axis: Axis
    fund_class: FundClass | None
    """The class of the funds; None for signals of indices and the market."""
    index: str
    """The index that stands for the market; empty for other subjects."""
    netted: bool
    """Whether there are others whose mean is taken off; without them `Rates` speak of bare returns."""
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
    ground = ground_of(panel, detector.axis, fund_class)
    if ground is None:
        return None
    judged = detector.findings(panel).found.known[:, ground.columns]
    trial = _tried(panel, ground, find_firings(detector, panel).of(ground.columns), terms, judged=judged)
    return trial.study(0, detector.name, detector.axis, fund_class)


def study_thresholds(
    panel: Panel, quantity: Quantity, thresholds: Sequence[float], fund_class: FundClass | None, terms: Terms
) -> list[Study]:
    """What followed when a quantity came to each threshold from below, all of them in one pass.

    They share the days that they are compared with. Empty where its subjects have no prices in the panel.
    """
    ground = ground_of(panel, quantity.axis, fund_class)
    if ground is None:
        return []
    measure = quantity.on(panel)
    values = np.where(knowable(measure), measure.values, np.nan)[:, ground.columns]
    firings = crossings(values, np.array(thresholds, dtype=np.float64))
    trial = _tried(panel, ground, firings, terms, judged=np.isfinite(values), groups=len(thresholds))
    return [trial.study(group, quantity.name, quantity.axis, fund_class) for group in range(len(thresholds))]


def _tried(panel: Panel, ground: Ground, firings: Firings, terms: Terms, *, judged: Bools, groups: int = 1) -> "_Trial":
    counted = tally(firings, groups, ground, judged, terms.horizons)
    return _Trial(
        ground=ground,
        judged_on=tuple(panel.sessions[row] for row in np.flatnonzero(judged.any(axis=1))),
        firings=firings,
        tally=counted,
        bounds=intervals(counted, terms.resamples, terms.seed),
        terms=terms,
    )


def busiest_class(panel: Panel, detector: Detector) -> FundClass | None:
    """The class of funds that a detector speaks of most often; None where it is not about funds."""
    if detector.axis is not Axis.FUND:
        return None
    fired = find_firings(detector, panel).columns
    classes = [panel.profiles[code].fund_class for code in panel.subjects[Axis.FUND]]
    counts = Counter(classes[column] for column in fired.tolist())
    return max(FundClass, key=lambda one: counts[one])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Trial:
    """Everything that was counted; a group of firings for each threshold."""

    ground: Ground
    judged_on: tuple[date, ...]
    firings: Firings
    tally: Tally
    bounds: Intervals
    terms: Terms

    def study(self, group: int, kind: str, axis: Axis, fund_class: FundClass | None) -> Study:
        mine = self.firings.groups == group
        return Study(
            kind=kind,
            axis=axis,
            fund_class=fund_class if axis is Axis.FUND else None,
            index=self.ground.index,
            netted=self.ground.netted,
            first=self.judged_on[0] if self.judged_on else None,
            last=self.judged_on[-1] if self.judged_on else None,
            subjects=len(np.unique(self.firings.columns[mine])),
            firings=int(mine.sum()),
            outcomes=tuple(self._outcome(group, at) for at in range(len(self.terms.horizons))),
        )

    def _outcome(self, group: int, at: int) -> Outcome:
        fired = self.tally.fired[:, group, at]
        count, days = int(fired[:, COUNT].sum()), int(np.count_nonzero(fired[:, COUNT]))
        enough = count >= self.terms.least_count and days >= LEAST_DAYS
        return Outcome(
            horizon_sessions=self.terms.horizons[at],
            count=count,
            days=days,
            rates=self._rates(group, at) if enough else None,
        )

    def _rates(self, group: int, at: int) -> Rates:
        fired, base = self.tally.fired[:, group, at].sum(axis=0), self.tally.base[:, at].sum(axis=0)
        return Rates(
            up=_rounded(fired[UP] / fired[COUNT]),
            base_up=_rounded(base[UP] / base[COUNT]),
            up_between=(_rounded(self.bounds.up[group, at, 0]), _rounded(self.bounds.up[group, at, 1])),
            ahead=_rounded(fired[AHEAD] / fired[COUNT]),
            median_net=_rounded(np.median(self._net_returns(group, at))),
            mean_net=_rounded(fired[NET] / fired[COUNT]),
            base_net=_rounded(base[NET] / base[COUNT]),
            net_between=(_rounded(self.bounds.net[group, at, 0]), _rounded(self.bounds.net[group, at, 1])),
        )

    def _net_returns(self, group: int, at: int) -> Floats:
        mine = self.firings.groups == group
        rows, columns = self.firings.rows[mine], self.firings.columns[mine]
        after = returns_after(self.ground.paths, rows, columns, self.terms.horizons[at])
        net: Floats = after - self.tally.mean[rows, at]
        return net[np.isfinite(net)]


def _rounded(value: float | np.floating[Any]) -> float:
    """Without the digits that depend on the order in which a processor adds."""
    return round(float(value), _DIGITS) + 0.0  # zero has no sign

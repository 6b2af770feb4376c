"""The first session against a long streak: first pullback after a rally, first rebound after a slide (2.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, Topic, one_day, scaled
from signals.core.field import CLOSE
from signals.core.matrix import Ints
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import of_class
from signals.core.profile import PRICED
from signals.core.runs import Flat
from signals.core.series import previous
from signals.core.text import Text
from signals.core.trend import Choice, Trend, Watch, length_measure, trends


@dataclass(frozen=True, kw_only=True)
class Turn(Detector):
    """A move against the streak that ended the session before."""

    topic = Topic.PRICE
    needs = frozenset({CLOSE})
    after_rise: ClassVar[bool]

    min_days: int = 5
    basis: Watch = Watch.BOTH
    flat: Flat = Flat.BREAKS
    least_move: float = 0.0

    def find(self, panel: Panel) -> Findings:
        """Change(T) against a streak of at least `min_days` that ended at T−1; the longer basis speaks."""
        found = trends(panel, self.basis, rising=self.after_rise, flat=self.flat, least_move=self.least_move)
        choice = Choice.longest([one.basis for one in found], [one.broken for one in found])
        fires = choice.length >= self.min_days
        return Findings(
            fires=fires,
            known=reduce(np.logical_or, [one.known for one in found]) & of_class(panel, PRICED),
            strength=scaled(choice.length, self.min_days),
            since=one_day(fires),
            evidence=Later(partial(self._evidence, found, choice)),
            basis=choice.basis,
        )

    def _evidence(self, found: Sequence[Trend], choice: Choice) -> Mapping[str, Measure]:
        ended = [previous(one.length, fill=0).astype(np.float64) for one in found]
        return {
            "streak": choice.measure(
                [length_measure(one, length, _ended(one)) for one, length in zip(found, ended, strict=True)]
            ),
            "gain": choice.measure([self._gain(one) for one in found]),
            "change": choice.measure([one.change for one in found]),
        }

    @staticmethod
    def _gain(one: Trend) -> Measure:
        rows = _ended(one)
        soft = np.take_along_axis(one.change.soft, rows, axis=0)
        return replace(one.change, values=previous(one.gain), rows=rows, estimated=soft)


def _ended(one: Trend) -> Ints:
    """Row of the newest known move before each session: where the streak stood."""
    return np.maximum(previous(one.rows, fill=-1), 0)


@dataclass(frozen=True, kw_only=True)
class FirstPullback(Turn):
    """连涨后首次回调."""

    name = "first_pullback"
    after_rise = True
    title = Text("连涨后首次回调", "First pullback")
    sentence = Text(
        "{ $streak }连涨（{ $basis }）后首次回调：此前累计{ $gain }，当日{ $change }",
        "first pullback after { $streak } rising sessions (on { $basis }): { $gain } before, now { $change }",
    )
    about = Text(
        "当日下跌，且到上一交易日为止的连涨不少于起始天数。收盘价与净值两种口径都看，哪一个更长就以哪一个为准并注明。",
        "The session fell and the rising streak that ended the session before was long enough. Closes and NAVs are "
        "both watched; the longer streak is told with its basis.",
    )


@dataclass(frozen=True, kw_only=True)
class FirstRebound(Turn):
    """连跌后首次反弹."""

    name = "first_rebound"
    after_rise = False
    title = Text("连跌后首次反弹", "First rebound")
    sentence = Text(
        "{ $streak }连跌（{ $basis }）后首次反弹：此前累计{ $gain }，当日{ $change }",
        "first rebound after { $streak } falling sessions (on { $basis }): { $gain } before, now { $change }",
    )
    about = Text(
        "当日上涨，且到上一交易日为止的连跌不少于起始天数。收盘价与净值两种口径都看，哪一个更长就以哪一个为准并注明。",
        "The session rose and the falling streak that ended the session before was long enough. Closes and NAVs are "
        "both watched; the longer streak is told with its basis.",
    )

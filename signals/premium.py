"""Prices far above or below what a share is worth."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, Topic, reaches, rungs, scaled
from signals.core.field import CLOSE, IOPV, Unit
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.standing import own_past
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV


@dataclass(frozen=True, kw_only=True)
class PremiumExcursion(Detector):
    """A closing premium (or discount) that is large, or far from the fund's own usual one."""

    topic = Topic.PREMIUM
    needs = frozenset({CLOSE, IOPV})
    above: ClassVar[bool]

    tell_end: bool = field(default=True)
    floor: float = 0.01
    """Least premium or discount for the comparison with the fund's own past."""
    zscore: float = 3.0
    percentile: float = 1.0
    """Share of its own past that it must reach; 1 = beyond all of it."""
    lookback_days: int = 60
    least_days: int = 40
    calm_zscore: float = 1.0
    """Within so many standard deviations of its own mean, or below the floor, it is normal again."""

    @property
    @abstractmethod
    def threshold(self) -> float:
        """Told from this premium (or discount) on, whatever the past."""

    def find(self, panel: Panel) -> Findings:
        """Absolute threshold, or z-score or percentile of the own past above the floor; over once it is normal."""
        premium = PREMIUM_IOPV.on(panel)
        usual = panel.derive(own_past(PREMIUM_IOPV, self.lookback_days, self.least_days))
        sign = 1.0 if self.above else -1.0
        high = reaches(premium.values, self.floor, up=self.above)
        unusual = reaches(usual.zscore, self.zscore, up=self.above)
        unusual |= usual.beyond(self.percentile, high, above=self.above)
        fires = reaches(premium.values, self.threshold, up=self.above) | (high & unusual)
        return Findings(
            fires=fires,
            known=knowable(premium),
            strength=scaled(premium.values, self.threshold),
            rung=lambda: rungs(fires, lambda cells: np.maximum(1, sign * premium.values[cells] // self.threshold)),
            pauses=lambda: ~fires & high & ~(sign * usual.zscore < self.calm_zscore),
            evidence=Later(
                lambda: {
                    "premium": premium,
                    "percentile": replace(premium, values=usual.percentile, unit=Unit.PERCENTILE),
                    "zscore": replace(premium, values=usual.zscore, unit=Unit.DEVIATIONS),
                    **self.beside(panel),
                }
            ),
        )

    def beside(self, panel: Panel) -> Mapping[str, Measure]:
        """What a reader is told beside the figure itself."""
        return {}


@dataclass(frozen=True, kw_only=True)
class PremiumSpike(PremiumExcursion):
    """溢价异动."""

    name = "premium_spike"
    above = True
    title = Text("溢价异动", "Premium spike")
    sentence = Text("收盘溢价率{ $premium }（IOPV）", "closing premium { $premium } over IOPV")
    about = Text(
        "溢价率 = 收盘价 ÷ 收盘IOPV − 1。超过固定阈值，或不低于起看值且相对自身近期历史明显偏高（z值或分位）时提醒；"
        "回到自身平常水平或低于起看值后告知。IOPV由交易所在交易时段发布。",
        "Premium = close / closing IOPV − 1. Told beyond a fixed threshold, or, from a least premium on, when it is "
        "far above its own recent past (z-score or percentile); and once it is back at its usual level or below the "
        "least. The exchanges publish IOPV during trading.",
    )

    min_premium: float = 0.03

    @property
    def threshold(self) -> float:
        """The least premium."""
        return self.min_premium

    def beside(self, panel: Panel) -> Mapping[str, Measure]:
        """Its standing among the funds on the same index."""
        return {"rank": RANKS["premium"].on(panel), "rank_of": RANK_SIZES["premium"].on(panel)}


@dataclass(frozen=True, kw_only=True)
class DiscountSpike(PremiumExcursion):
    """折价异动."""

    name = "discount_spike"
    above = False
    title = Text("折价异动", "Discount spike")
    sentence = Text("收盘折价率{ $premium_size }（IOPV）", "closing discount { $premium_size } to IOPV")
    about = Text(
        "折价率 = 1 − 收盘价 ÷ 收盘IOPV。超过固定阈值，或不低于起看值且相对自身近期历史明显偏大（z值或分位）时提醒；"
        "回到自身平常水平或低于起看值后告知。IOPV由交易所在交易时段发布。",
        "Discount = 1 − close / closing IOPV. Told beyond a fixed threshold, or, from a least discount on, when it is "
        "far beyond its own recent past (z-score or percentile); and once it is back at its usual level or below the "
        "least. The exchanges publish IOPV during trading.",
    )

    min_discount: float = 0.02

    @property
    def threshold(self) -> float:
        """The least discount."""
        return self.min_discount

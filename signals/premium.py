"""Prices far above what a share is worth."""

from dataclasses import dataclass, field, replace

import numpy as np

from signals.core.detector import Detector, Findings, Topic, scaled
from signals.core.field import CLOSE, IOPV, Unit
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.series import against_own_past
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV


@dataclass(frozen=True, kw_only=True)
class PremiumSpike(Detector):
    """溢价异动."""

    name = "premium_spike"
    topic = Topic.PREMIUM
    needs = frozenset({CLOSE, IOPV})
    title = Text("溢价异动", "Premium spike")
    sentence = Text("收盘溢价率{ $premium }（IOPV）", "closing premium { $premium } over IOPV")
    about = Text(
        "溢价率 = 收盘价 ÷ 收盘IOPV − 1。超过固定阈值，或不低于起看值且相对自身近期历史明显偏高（z值或分位）时提醒；回落后告知。",
        "Premium = close / closing IOPV − 1. Told beyond a fixed threshold, or, from a least premium on, when it is "
        "far above its own recent past (z-score or percentile); and once it is over.",
    )

    tell_end: bool = field(default=True)
    min_premium: float = 0.03
    floor: float = 0.01
    """Least premium for the comparison with the fund's own past."""
    zscore: float = 3.0
    percentile: float = 1.0
    """Share of its own past that it must reach; 1 = above all of it."""
    lookback_days: int = 60
    least_days: int = 40

    def find(self, panel: Panel) -> Findings:
        """Absolute threshold, or z-score or percentile of the own past above the floor."""
        premium = PREMIUM_IOPV.on(panel)
        usual = against_own_past(premium.values, self.lookback_days, self.least_days)
        unusual = (usual.zscore >= self.zscore) | (usual.percentile >= self.percentile)
        fires = (premium.values >= self.min_premium) | ((premium.values >= self.floor) & unusual)
        rung = np.maximum(1, np.nan_to_num(premium.values // self.min_premium)).astype(np.int64)
        return Findings(
            fires=fires,
            known=knowable(premium),
            strength=scaled(premium.values, self.min_premium),
            rung=rung,
            evidence={
                "premium": premium,
                "percentile": replace(premium, values=usual.percentile, unit=Unit.PERCENTILE),
                "rank": RANKS["premium"].on(panel),
                "rank_of": RANK_SIZES["premium"].on(panel),
            },
        )

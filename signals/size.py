"""Funds that have become much larger or smaller since the last month-end."""

from dataclasses import dataclass, field

import numpy as np

from signals.core.detector import Detector, Findings, Tell, Topic, scaled
from signals.core.field import SHARES
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.sizes import AUM, AUM_CHANGE_MONTH
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class AumChange(Detector):
    """规模较上月末变化."""

    name = "aum_change"
    topic = Topic.SIZE
    needs = frozenset({SHARES})
    title = Text("规模较上月末变化", "AUM change since month-end")
    sentence = Text("规模{ $aum }，较上月末{ $change }", "AUM { $aum }, { $change } since the last month-end")
    about = Text(
        "规模 = 份额 × 净值；与上月最后一个交易日相比的变化，既含申赎也含净值涨跌。",
        "AUM = shares × NAV, against the last session of the previous month; holds both creations and price moves.",
    )

    tell: Tell = field(default=Tell.DIGEST)
    min_change_cny: float = 1e8
    min_change: float = 0.05
    """And at least this share of the month-end's AUM."""

    def find(self, panel: Panel) -> Findings:
        """A change that is large in 元 and large for the fund."""
        aum, change = AUM.on(panel), AUM_CHANGE_MONTH.on(panel)
        moved = np.abs(change.values)
        relative = moved / (aum.values - change.values)
        return Findings(
            fires=(moved >= self.min_change_cny) & (relative >= self.min_change),
            known=knowable(change),
            strength=scaled(relative, self.min_change),
            evidence={"aum": aum, "change": change},
        )

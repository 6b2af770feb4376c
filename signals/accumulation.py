"""Money that has come in over many sessions."""

from dataclasses import dataclass, replace

import numpy as np

from signals.core.detector import Detector, Findings, Topic, scaled
from signals.core.field import SHARES, Unit
from signals.core.flows import flow_sum
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class FlowSum(Detector):
    """多日累计"吸金"."""

    name = "flow_sum"
    topic = Topic.FLOW
    needs = frozenset({SHARES})
    title = Text("累计净流入", "Cumulative net inflow")
    sentence = Text("近{ $days }日净流入{ $total }", "net inflow of { $total } over { $days } sessions")
    about = Text(
        "最近若干交易日净流入之和，跨过起始金额时提醒，此后每增大到十倍再提醒；其中任何一天未公布则不计算。",
        "Sum of the net inflows of the last sessions; told when it passes the first amount and again at each "
        "tenfold. Not stated while any of the sessions is unknown.",
    )

    days: int = 60
    min_total_cny: float = 1e8

    def find(self, panel: Panel) -> Findings:
        """The rolling sum beyond the first amount; a rung for each tenfold."""
        total = flow_sum(self.days).on(panel)
        fires = total.values >= self.min_total_cny
        rung = np.zeros(fires.shape, dtype=np.int32)
        rung[fires] = 1 + np.floor(np.log10(total.values[fires] / self.min_total_cny))
        return Findings(
            fires=fires,
            known=knowable(total),
            strength=scaled(total.values, self.min_total_cny),
            rung=rung,
            evidence={
                "total": total,
                "days": replace(
                    total,
                    values=np.where(fires, float(self.days), np.nan),
                    unit=Unit.SESSIONS,
                    estimated=None,
                ),
            },
        )

"""Money that has come in over many sessions: the milestones of a rolling sum."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from signals.core.detector import Detector, Findings, Later, LaterStrength, Topic, beyond, rungs
from signals.core.field import SHARES, Unit
from signals.core.flows import flow_sum
from signals.core.matrix import Floats
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.text import Text

_ABOUT = Text(
    "最近若干交易日净流入之和，跨过起始金额时提醒，此后每增大到十倍再提醒；回落不深又涨回来的不重复提醒，"
    "其中任何一天未公布则不计算。净流入按交易所公布的份额计算，算法见连续净流入。",
    "Sum of the net inflows of the last sessions; told when it passes the first amount and again at each tenfold, but "
    "not again after a dip that was shallow. Not stated while any of the sessions is unknown. Flows come from the "
    "share counts that the exchanges publish; see the inflow streak.",
)

_TENFOLDS = 2.0
"""So many tenfolds of the first amount are half way to the strongest sum: broad funds take in hundreds of 亿 in
quiet months, and are not the news of every day for that."""


@dataclass(frozen=True, kw_only=True)
class FlowMilestone(Detector):
    """The sum of the last flows reaches an amount, or ten, or a hundred times that."""

    topic = Topic.FLOW
    needs = frozenset({SHARES})
    about = _ABOUT
    sentence = Text("近{ $days }日净流入{ $total }", "net inflow of { $total } over { $days } sessions")

    days: int
    min_total_cny: float = 1e8
    keep: float = 0.8
    """A sum that stays above this share of the first amount has not fallen back."""

    def find(self, panel: Panel) -> Findings:
        """The rolling sum beyond the first amount; a rung for each tenfold."""
        total = flow_sum(self.days).on(panel)
        fires = total.values >= self.min_total_cny

        @cache
        def tenfolds() -> Floats:
            out = np.zeros(fires.shape)
            out[fires] = np.log10(total.values[fires] / self.min_total_cny)
            return out

        return Findings(
            fires=fires,
            known=knowable(total),
            strength=LaterStrength(lambda: beyond(tenfolds(), _TENFOLDS)),
            rung=lambda: rungs(fires, lambda cells: 1 + np.floor(tenfolds()[cells])),
            pauses=lambda: ~fires & (total.values >= self.keep * self.min_total_cny),
            evidence=Later(
                lambda: {
                    "total": total,
                    "days": replace(
                        total,
                        values=np.where(fires, float(self.days), np.nan),
                        unit=Unit.SESSIONS,
                        estimated=None,
                    ),
                }
            ),
        )


@dataclass(frozen=True, kw_only=True)
class FlowSum(FlowMilestone):
    """多日累计"吸金"."""

    name = "flow_sum"
    title = Text("累计净流入", "Cumulative net inflow")

    days: int = 60


@dataclass(frozen=True, kw_only=True)
class FlowSumShort(FlowMilestone):
    """短期累计"吸金"."""

    name = "flow_sum_short"
    title = Text("短期累计净流入", "Short-run net inflow")

    days: int = 20

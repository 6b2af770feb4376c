"""Funds whose share count has grown far since the turn of the year."""

from dataclasses import dataclass, field

from signals.core.detector import Detector, Findings, Tell, Topic, scaled
from signals.core.field import SHARES
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.sizes import SHARE_GROWTH_YTD
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class ShareGrowth(Detector):
    """年初至今份额增长."""

    name = "share_growth"
    topic = Topic.SIZE
    needs = frozenset({SHARES})
    title = Text("年初至今份额增长", "Share growth year to date")
    sentence = Text("年初至今份额增长率{ $growth }", "shares up { $growth } since the turn of the year")
    about = Text(
        "份额 ÷（去年最后一个交易日份额 × 其后拆分比例）− 1；今年上市的基金没有年初基数，不参与比较。",
        "Shares / (shares of the last session of last year × splits since) − 1. Funds listed this year have no base "
        "and are left out.",
    )

    tell: Tell = field(default=Tell.DIGEST)
    min_growth: float = 0.5

    def find(self, panel: Panel) -> Findings:
        """Growth beyond the threshold."""
        growth = SHARE_GROWTH_YTD.on(panel)
        fires = growth.values >= self.min_growth
        return Findings(
            fires=fires,
            known=knowable(growth),
            strength=scaled(growth.values, self.min_growth),
            evidence={
                "growth": growth,
                "rank": RANKS["share_growth"].on(panel),
                "rank_of": RANK_SIZES["share_growth"].on(panel),
            },
        )

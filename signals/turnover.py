"""Funds that change hands unusually fast."""

from dataclasses import dataclass, field

from signals.core.detector import Detector, Findings, Tell, Topic, scaled
from signals.core.field import CLOSE, VOLUME
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import TRADED_VALUE, TURNOVER, of_class, shares_on_price_scale
from signals.core.profile import EQUITY_LIKE
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class HighTurnover(Detector):
    """高换手."""

    name = "high_turnover"
    topic = Topic.PRICE
    needs = frozenset({CLOSE, VOLUME})
    title = Text("高换手", "High turnover")
    sentence = Text(
        "成交额{ $amount }，按份额{ $shares }计换手率{ $turnover }",
        "{ $amount } traded, turnover { $turnover } of { $shares }",
    )
    about = Text(
        "换手率 = 成交量（份）÷ 当日份额；当日份额公布前用最近一次公布的份额并注明日期。货币、债券等类别换手本来就高，不在此列。",
        "Turnover = volume / shares(T); until shares(T) are published, over the latest published count, whose date is "
        "shown. Money-market and bond funds always turn over fast and are left out.",
    )

    tell: Tell = field(default=Tell.DIGEST)
    min_turnover: float = 0.3

    def find(self, panel: Panel) -> Findings:
        """Turnover beyond the threshold among equity-like funds."""
        turnover = TURNOVER.on(panel)
        equity = of_class(panel, EQUITY_LIKE)
        fires = (turnover.values >= self.min_turnover) & equity
        return Findings(
            fires=fires,
            known=knowable(turnover) & equity,
            strength=scaled(turnover.values, self.min_turnover),
            evidence={
                "turnover": turnover,
                "amount": TRADED_VALUE.on(panel),
                "shares": panel.derive(shares_on_price_scale)[1],
                "rank": RANKS["turnover"].on(panel),
                "rank_of": RANK_SIZES["turnover"].on(panel),
            },
        )

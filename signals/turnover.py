"""Funds that change hands unusually fast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from signals.core.detector import Tell, Topic
from signals.core.field import CLOSE, VOLUME
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import TRADED_VALUE, TURNOVER, shares_on_price_scale
from signals.core.profile import EQUITY_LIKE
from signals.core.text import Text
from signals.rules.detector import ExpressionDetector


@dataclass(frozen=True, kw_only=True)
class HighTurnover(ExpressionDetector):
    """高换手."""

    name = "high_turnover"
    topic = Topic.PRICE
    needs = frozenset({CLOSE, VOLUME})
    title = Text("高换手", "High turnover")
    sentence = Text(
        "成交额{ $amount }，按{ $shares }计换手率{ $turnover }",
        "{ $amount } traded, turnover { $turnover } of { $shares }",
    )
    about = Text(
        "换手率 = 成交量（份）÷ 当日份额；当日份额公布前用最近一次公布的份额并注明日期。货币、债券等类别换手本来就高，不在此列。",
        "Turnover = volume / shares(T); until shares(T) are published, over the latest published count, whose date is "
        "shown. Money-market and bond funds always turn over fast and are left out.",
    )

    condition = "turnover >= {min_turnover:.8%}"
    shows = MappingProxyType(
        {"turnover": TURNOVER, "amount": TRADED_VALUE, "rank": RANKS["turnover"], "rank_of": RANK_SIZES["turnover"]}
    )
    classes = EQUITY_LIKE

    tell: Tell = field(default=Tell.DIGEST)
    min_turnover: float = 0.3

    def beside(self, panel: Panel) -> Mapping[str, Measure]:
        """The share count that turnover is over, with its date."""
        return {"shares": panel.derive(shares_on_price_scale)[1]}

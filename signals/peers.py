"""同类第一: who leads the funds on one index (2.8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from signals.core.detector import Detector, Findings, Later, LaterStrength, Tell, Topic, scaled
from signals.core.field import CLOSE, SHARES, VOLUME
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKED, RANKS, ranks_of
from signals.core.prices import shares_on_price_scale
from signals.core.text import Text

_ABOUT = Text(
    "在跟踪同一指数的基金中排名第一（按指数代码归类）；同一日期有数据的基金不少于九成且不少于三只时才给出名次，并列取较好名次。",
    "First among the funds that track the same index, grouped by index code; stated only where at least 90 % of the "
    "group, and three funds or more, have figures of the same date. Ties share the better rank.",
)


@dataclass(frozen=True, kw_only=True)
class PeerLeader(Detector):
    """First of its index by one quantity."""

    about = _ABOUT
    by: ClassVar[str]

    tell: Tell = field(default=Tell.DIGEST)
    least_value: float = 0.0
    """A lead with less than this is not worth a line."""

    def find(self, panel: Panel) -> Findings:
        """Rank 1 under the coverage rule; the larger the group, the stronger."""
        value, ranks = RANKED[self.by].on(panel), ranks_of(panel, self.by)
        return Findings(
            fires=(ranks.place == 1) & (value.values > self.least_value),
            known=ranks.place > 0,
            strength=LaterStrength(lambda: scaled(ranks.size, 10.0)),
            evidence=Later(
                lambda: {
                    "value": value,
                    "rank": RANKS[self.by].on(panel),
                    "rank_of": RANK_SIZES[self.by].on(panel),
                    **self.beside(panel),
                }
            ),
        )

    def beside(self, panel: Panel) -> Mapping[str, Measure]:
        """What a reader must know beside the value."""
        return {}


@dataclass(frozen=True, kw_only=True)
class PremiumLeader(PeerLeader):
    """收盘溢价率同类第一."""

    name = "premium_leader"
    topic = Topic.PREMIUM
    by = "premium"
    needs = frozenset({CLOSE})
    title = Text("溢价率同类第一", "Highest premium of its index")
    sentence = Text("收盘溢价率{ $value }（IOPV）", "closing premium { $value } over IOPV")


@dataclass(frozen=True, kw_only=True)
class TurnoverLeader(PeerLeader):
    """换手率同类第一."""

    name = "turnover_leader"
    topic = Topic.PRICE
    by = "turnover"
    needs = frozenset({CLOSE, VOLUME})
    title = Text("换手率同类第一", "Highest turnover of its index")
    sentence = Text("按{ $shares }计换手率{ $value }", "turnover { $value } of { $shares }")

    def beside(self, panel: Panel) -> Mapping[str, Measure]:
        """The share count that turnover is over, with its date."""
        return {"shares": panel.derive(shares_on_price_scale)[1]}


@dataclass(frozen=True, kw_only=True)
class FlowLeader(PeerLeader):
    """净流入同类第一."""

    name = "flow_leader"
    topic = Topic.FLOW
    by = "flow"
    needs = frozenset({SHARES})
    title = Text("净流入同类第一", "Largest inflow of its index")
    sentence = Text("净流入{ $value }", "net inflow { $value }")


@dataclass(frozen=True, kw_only=True)
class GrowthLeader(PeerLeader):
    """年初至今份额增长同类第一."""

    name = "growth_leader"
    topic = Topic.SIZE
    by = "share_growth"
    needs = frozenset({SHARES})
    title = Text("份额增长同类第一", "Fastest share growth of its index")
    sentence = Text("年初至今份额增长率{ $value }", "share growth year to date { $value }")


@dataclass(frozen=True, kw_only=True)
class LargestFund(PeerLeader):
    """规模同类第一."""

    name = "largest_fund"
    topic = Topic.SIZE
    by = "aum"
    needs = frozenset({SHARES})
    title = Text("规模同类第一", "Largest fund of its index")
    sentence = Text("规模{ $value }", "AUM { $value }")

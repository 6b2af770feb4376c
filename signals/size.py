"""Funds that have become much larger or smaller since the last month-end."""

from dataclasses import dataclass, field
from types import MappingProxyType

from signals.core.detector import Tell, Topic
from signals.core.field import SHARES
from signals.core.sizes import AUM, AUM_CHANGE_MONTH
from signals.core.text import Text
from signals.rules.detector import ExpressionDetector


@dataclass(frozen=True, kw_only=True)
class AumChange(ExpressionDetector):
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

    condition = (
        "abs(aum_change_month) >= {min_change_cny:f}元 and "
        "abs(aum_change_month) / (aum - aum_change_month) >= {min_change:.8%}"
    )
    shows = MappingProxyType({"aum": AUM, "change": AUM_CHANGE_MONTH})

    tell: Tell = field(default=Tell.DIGEST)
    min_change_cny: float = 1e8
    min_change: float = 0.05
    """And at least this share of the month-end's AUM."""

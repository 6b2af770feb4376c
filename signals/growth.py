"""Funds whose share count has grown far since the turn of the year."""

from dataclasses import dataclass, field
from types import MappingProxyType

from signals.core.detector import Tell, Topic
from signals.core.field import SHARES
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.sizes import SHARE_GROWTH_YTD
from signals.core.text import Text
from signals.rules.detector import ExpressionDetector


@dataclass(frozen=True, kw_only=True)
class ShareGrowth(ExpressionDetector):
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

    condition = "share_growth_ytd >= {min_growth:.8%}"
    shows = MappingProxyType(
        {"growth": SHARE_GROWTH_YTD, "rank": RANKS["share_growth"], "rank_of": RANK_SIZES["share_growth"]}
    )

    tell: Tell = field(default=Tell.DIGEST)
    min_growth: float = 0.5

"""Under the hood of an index (成分股): limit-ups and limit-downs, and days on which nearly everything moves one way."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from signals.core.breadth import breadth_measure
from signals.core.detector import Detector, Findings, Tell, Topic, one_day, scaled
from signals.core.field import LIMIT, STOCK_CLOSE, Axis
from signals.core.panel import Panel
from signals.core.text import Text

_LIMIT = Text(
    "收盘停在涨跌停价的成分股，只数与合计权重同时达到起始值时提示。以公布的涨跌停股池为准，股池之外按价格判断："
    "涨跌停价 = 前收盘价乘以（1 ± 幅度），四舍五入到分；主板10%，科创板与创业板20%，北交所30%，主板ST股5%。权重为月末权重，注明日期。",
    "Told where enough constituents closed at their limit price and weigh enough together. The published pools of limit "
    "stocks come first, for other stocks the price: limit = previous close × (1 ± limit), rounded half up to CNY 0.01; "
    "10 % on the main board, 20 % on STAR and ChiNext, 30 % in Beijing, 5 % for ST stocks of the main board. Weights are "
    "those of the month-end, whose date is shown.",
)


@dataclass(frozen=True, kw_only=True)
class ConstituentLimits(Detector):
    """Several constituents of an index with a good part of its weight close at one limit."""

    topic = Topic.PRICE
    axis = Axis.TRACKED
    needs = frozenset({LIMIT})
    about = _LIMIT
    side: ClassVar[str]

    min_count: int = 3
    min_weight: float = 0.05
    """Both must be reached: a few of a thousand small constituents stand at a limit on any day."""

    def find(self, panel: Panel) -> Findings:
        """Enough stocks with enough weight at the limit on one session."""
        count, weight, first = (breadth_measure(panel, name=f"{self.side}{part}") for part in ("", "_weight", "_first"))
        fires = (count.values >= self.min_count) & (weight.values >= self.min_weight)
        return Findings(
            fires=fires,
            known=np.isfinite(count.values),
            strength=scaled(np.nan_to_num(weight.values), self.min_weight),
            evidence={"weight": weight, "count": count, "first": first},
            since=one_day(fires),
        )


@dataclass(frozen=True, kw_only=True)
class ConstituentsLimitUp(ConstituentLimits):
    """成分股涨停."""

    name = "constituents_limit_up"
    side = "limit_up"
    title = Text("成分股涨停", "Constituents limit-up")
    sentence = Text(
        "{ $count }只成分股涨停，合计权重{ $weight }，其中{ $first_name }权重最高",
        "{ $count } constituents closed limit-up, together { $weight } of the index, { $first_name } the heaviest",
    )


@dataclass(frozen=True, kw_only=True)
class ConstituentsLimitDown(ConstituentLimits):
    """成分股跌停."""

    name = "constituents_limit_down"
    side = "limit_down"
    title = Text("成分股跌停", "Constituents limit-down")
    sentence = Text(
        "{ $count }只成分股跌停，合计权重{ $weight }，其中{ $first_name }权重最高",
        "{ $count } constituents closed limit-down, together { $weight } of the index, { $first_name } the heaviest",
    )


_BREADTH = Text(
    "上涨（下跌）成分股的权重占有行情成分股权重的比例，与加权平均涨跌幅同时达到起始值时提示；"
    "有行情的成分股须占指数权重九成以上，停牌股不计。权重为月末权重。",
    "Told where the constituents that rose (fell) make up at least a given share of the weight of those that traded, and "
    "the mean move by weight is at least as large as given. Nine tenths of the index's weight must be known; suspended "
    "stocks are not counted. Weights are those of the month-end.",
)


@dataclass(frozen=True, kw_only=True)
class ConstituentBreadth(Detector):
    """Nearly the whole weight of an index moves one way, and far enough."""

    topic = Topic.PRICE
    axis = Axis.TRACKED
    needs = frozenset({STOCK_CLOSE})
    about = _BREADTH
    rising: ClassVar[bool]

    tell: Tell = field(default=Tell.DIGEST)
    min_share: float = 0.9
    """Of the weight of the constituents that traded."""
    min_move: float = 0.02
    """Least mean move by weight."""

    def find(self, panel: Panel) -> Findings:
        """One-sided sessions with a move worth telling."""
        up, down, rose, fell, move = (
            breadth_measure(panel, name=name)
            for name in ("rising", "falling", "rising_weight", "falling_weight", "basket_move")
        )
        share, sign = (rose, 1.0) if self.rising else (fell, -1.0)
        fires = (share.values >= self.min_share) & (sign * move.values >= self.min_move)
        return Findings(
            fires=fires,
            known=np.isfinite(move.values),
            strength=scaled(np.nan_to_num(move.values), self.min_move),
            evidence={"weighted_move": move, "share_of_weight": share, "up": up, "down": down},
            since=one_day(fires),
        )


@dataclass(frozen=True, kw_only=True)
class ConstituentsRise(ConstituentBreadth):
    """成分股普涨."""

    name = "constituents_rise"
    rising = True
    title = Text("成分股普涨", "Constituents rise together")
    sentence = Text(
        "成分股普涨：{ $up }只上涨、{ $down }只下跌，上涨股合计权重{ $share_of_weight }，加权平均{ $weighted_move }",
        "constituents rose together: { $up } up, { $down } down, risers weigh { $share_of_weight }, weighted mean { $weighted_move }",
    )


@dataclass(frozen=True, kw_only=True)
class ConstituentsFall(ConstituentBreadth):
    """成分股普跌."""

    name = "constituents_fall"
    rising = False
    title = Text("成分股普跌", "Constituents fall together")
    sentence = Text(
        "成分股普跌：{ $up }只上涨、{ $down }只下跌，下跌股合计权重{ $share_of_weight }，加权平均{ $weighted_move }",
        "constituents fell together: { $up } up, { $down } down, fallers weigh { $share_of_weight }, weighted mean { $weighted_move }",
    )

"""Single days on which much more money than usual comes into a fund or leaves it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, Topic, one_day, reaches, scaled
from signals.core.field import SHARES, Unit
from signals.core.flows import FLOW
from signals.core.matrix import Bools
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.sizes import FLOW_SHARE
from signals.core.standing import YEAR_SESSIONS, own_past, place_in_past
from signals.core.text import Text
from signals.core.windows import Usual


@dataclass(frozen=True, kw_only=True)
class FlowShock(Detector):
    """A flow of one session that is large for the fund and rare in its own past."""

    topic = Topic.FLOW
    needs = frozenset({SHARES})
    inward: ClassVar[bool]

    min_share: float = 0.05
    """Least flow, as a share of the AUM of the session before."""
    min_flow_cny: float = 5e7
    percentile: float = 0.98
    """Share of its own past days that it must exceed."""
    lookback_days: int = YEAR_SESSIONS
    """Sessions that it is one of."""
    least_days: int = 60

    def find(self, panel: Panel) -> Findings:
        """Share of AUM, amount and percentile, all beyond their least; each such session is an event of its own."""
        flow, share = FLOW.on(panel), FLOW_SHARE.on(panel)
        usual = panel.derive(own_past(FLOW_SHARE, self.lookback_days - 1, self.least_days))
        large = reaches(share.values, self.min_share, up=self.inward)
        large &= reaches(flow.values, self.min_flow_cny, up=self.inward)
        fires = usual.beyond(self.percentile, large, above=self.inward)
        return Findings(
            fires=fires,
            known=knowable(share) & usual.stated,
            strength=scaled(share.values, self.min_share),
            since=one_day(fires),
            evidence=Later(partial(self._evidence, flow, share, usual, fires)),
        )

    def _evidence(self, flow: Measure, share: Measure, usual: Usual, fires: Bools) -> Mapping[str, Measure]:
        exceeded = usual.percentile if self.inward else 1.0 - usual.percentile
        place, days = place_in_past(share.values, exceeded, self.lookback_days - 1)
        return {
            "flow": flow,
            "share": share,
            "percentile": replace(share, values=exceeded, unit=Unit.PERCENTILE),
            "place": replace(share, values=np.where(fires, place, np.nan), unit=Unit.RANK),
            "days": replace(share, values=np.where(fires, days, np.nan), unit=Unit.SESSIONS),
        }


@dataclass(frozen=True, kw_only=True)
class InflowShock(FlowShock):
    """大额净申购."""

    name = "inflow_shock"
    inward = True
    title = Text("大额净申购", "One-day inflow shock")
    sentence = Text(
        "大额净申购：单日净流入{ $flow }，相当于此前规模的{ $share }，净流入力度居近{ $days }日第{ $place }位",
        "one-day inflow shock: net inflow { $flow }, { $share } of the AUM before, no. { $place } of the "
        "last { $days } sessions",
    )
    about = Text(
        "单日净流入 ÷ 上一交易日规模，同时看它在该基金自身过去约一年各交易日中的分位；占比、金额、分位都达到起始值才提醒。"
        "净流入按交易所公布的份额计算，算法见连续净流入，拆分已调整。",
        "Net inflow of the session / AUM of the session before, and its percentile among the fund's own sessions of "
        "about a year; told when share, amount and percentile all reach their least. Flows come from the share counts "
        "that the exchanges publish, adjusted for splits; see the inflow streak.",
    )


@dataclass(frozen=True, kw_only=True)
class OutflowShock(FlowShock):
    """大额净赎回."""

    name = "outflow_shock"
    inward = False
    title = Text("大额净赎回", "One-day outflow shock")
    sentence = Text(
        "大额净赎回：单日净流出{ $flow_size }，相当于此前规模的{ $share_size }，净流出力度居近{ $days }日第{ $place }位",
        "one-day outflow shock: net outflow { $flow_size }, { $share_size } of the AUM before, no. { $place } "
        "of the last { $days } sessions",
    )
    about = Text(
        "单日净流出 ÷ 上一交易日规模，同时看它在该基金自身过去约一年各交易日中的分位；占比、金额、分位都达到起始值才提醒。"
        "净流出按交易所公布的份额计算，算法见连续净流出，拆分已调整。",
        "Net outflow of the session / AUM of the session before, and its percentile among the fund's own sessions of "
        "about a year; told when share, amount and percentile all reach their least. Flows come from the share counts "
        "that the exchanges publish, adjusted for splits; see the outflow streak.",
    )

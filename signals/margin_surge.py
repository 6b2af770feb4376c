"""两市融资余额 on single days: jumps that are rare in its own past."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Topic, one_day, scaled
from signals.core.field import FINANCING, Axis, Unit
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE, of_both
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.standing import YEAR_SESSIONS, own_past, place_in_past
from signals.core.text import Text

_ABOUT = Text(
    "两市融资余额（上交所 + 深交所，不含北交所）较上一交易日的变动，金额达到起始值，且在自身过去约一年的变动中罕见（z值或分位）"
    "时提醒；两所都公布才计算。数据由交易所于次日开盘前公布。",
    "Change of the financing balance of SSE + SZSE (without BSE) over a session, told when it reaches the least amount "
    "and is rare among its own changes of about a year (z-score or percentile); computed only where both exchanges "
    "have published, before the open of the next session.",
)


@dataclass(frozen=True, kw_only=True)
class MarginJump(Detector):
    """A change of the financing balance of both exchanges that is large and rare."""

    topic = Topic.MARGIN
    axis = Axis.MARKET
    needs = frozenset({FINANCING})
    about = _ABOUT
    rising: ClassVar[bool]

    min_change_cny: float = 1e10
    zscore: float = 2.5
    percentile: float = 0.98
    """Share of its own past changes that it must exceed."""
    lookback_days: int = YEAR_SESSIONS
    """Sessions that it is one of."""
    least_days: int = 40

    def find(self, panel: Panel) -> Findings:
        """Amount, and z-score or percentile, beyond their least; each such session is an event of its own."""
        change, both = FINANCING_CHANGE.on(panel), of_both(panel)
        usual = panel.derive(own_past(FINANCING_CHANGE, self.lookback_days - 1, self.least_days))
        sign, exceeded = (1.0, usual.percentile) if self.rising else (-1.0, 1.0 - usual.percentile)
        rare = (sign * usual.zscore >= self.zscore) | (exceeded >= self.percentile)
        fires = (sign * change.values >= self.min_change_cny) & rare & both
        place, days = place_in_past(change.values, exceeded, self.lookback_days - 1)
        return Findings(
            fires=fires,
            known=knowable(change) & np.isfinite(usual.percentile) & both,
            strength=scaled(change.values, self.min_change_cny),
            since=one_day(fires),
            evidence={
                "change": change,
                "balance": FINANCING_BALANCE.on(panel),
                "percentile": replace(change, values=exceeded, unit=Unit.PERCENTILE),
                "zscore": replace(change, values=usual.zscore, unit=Unit.DEVIATIONS),
                "place": replace(change, values=np.where(fires, place, np.nan), unit=Unit.RANK),
                "days": replace(change, values=np.where(fires, days, np.nan), unit=Unit.SESSIONS),
            },
        )


@dataclass(frozen=True, kw_only=True)
class MarginSurge(MarginJump):
    """融资余额单日大增."""

    name = "margin_surge"
    rising = True
    title = Text("两市融资余额单日大增", "Margin balance surge")
    sentence = Text(
        "两市融资余额单日增加{ $change_size }，增幅居近{ $days }日第{ $place }位",
        "financing balance of SSE + SZSE up { $change_size } in a session, no. { $place } of the last { $days }",
    )


@dataclass(frozen=True, kw_only=True)
class MarginSlump(MarginJump):
    """融资余额单日大降."""

    name = "margin_slump"
    rising = False
    title = Text("两市融资余额单日大降", "Margin balance slump")
    sentence = Text(
        "两市融资余额单日减少{ $change_size }，降幅居近{ $days }日第{ $place }位",
        "financing balance of SSE + SZSE down { $change_size } in a session, no. { $place } of the last { $days }",
    )

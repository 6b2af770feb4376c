"""两市融资余额 as a level: round amounts that it crosses, and new highs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Topic, beyond, one_day
from signals.core.field import FINANCING, Axis, Unit
from signals.core.lookback import pauses, reach_before
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE, of_both
from signals.core.measure import knowable
from signals.core.milestones import Crossings, crossings
from signals.core.panel import Panel
from signals.core.standing import YEAR_SESSIONS
from signals.core.text import Text
from signals.core.windows import highest_before

_MILESTONE = Text(
    "两市融资余额（上交所 + 深交所，不含北交所）越过整数关口时提醒；离开该关口足够远之后再次越过才重复提醒，"
    "在关口附近来回不重复。两所都公布才计算。",
    "Told when the financing balance of SSE + SZSE (without BSE) crosses a round amount; the same one again only after "
    "the balance has been far enough away from it, not while it hovers there. Computed only where both exchanges have "
    "published.",
)


@dataclass(frozen=True, kw_only=True)
class MarginMilestone(Detector):
    """The financing balance of both exchanges crosses a multiple of a round amount."""

    topic = Topic.MARGIN
    axis = Axis.MARKET
    needs = frozenset({FINANCING})
    about = _MILESTONE
    upward: ClassVar[bool]

    step_cny: float = 1e11
    apart_cny: float = 2e10
    """How far from a milestone the balance must have been until it is news again."""

    def find(self, panel: Panel) -> Findings:
        """The session of the crossing, which is an event of its own."""
        balance, change = FINANCING_BALANCE.on(panel), FINANCING_CHANGE.on(panel)
        crossed = panel.derive(_crossed(self.step_cny, self.apart_cny))
        fires = np.isfinite(crossed.line) & (crossed.upward == self.upward) & of_both(panel)
        line = np.where(fires, crossed.line, np.nan)
        return Findings(
            fires=fires,
            known=knowable(balance) & of_both(panel),
            strength=np.where(fires, 0.75, 0.0),
            since=one_day(fires),
            evidence={
                "balance": balance,
                "line": replace(balance, values=line, unit=Unit.CNY_ROUND, estimated=None),
                "change": change,
            },
        )


@cache
def _crossed(step_cny: float, apart_cny: float) -> Callable[[Panel], Crossings]:
    """One function for one set of lines, so that a panel is gone through once for both ways."""
    return lambda panel: crossings(FINANCING_BALANCE.on(panel).values, step_cny, apart_cny)


@dataclass(frozen=True, kw_only=True)
class MarginMilestoneUp(MarginMilestone):
    """融资余额升破整数关口."""

    name = "margin_milestone_up"
    upward = True
    title = Text("两市融资余额突破关口", "Margin balance above a milestone")
    sentence = Text(
        "两市融资余额突破{ $line }关口，报{ $balance }",
        "financing balance of SSE + SZSE passes { $line }: { $balance }",
    )


@dataclass(frozen=True, kw_only=True)
class MarginMilestoneDown(MarginMilestone):
    """融资余额跌破整数关口."""

    name = "margin_milestone_down"
    upward = False
    title = Text("两市融资余额跌破关口", "Margin balance below a milestone")
    sentence = Text(
        "两市融资余额跌破{ $line }关口，报{ $balance }",
        "financing balance of SSE + SZSE falls below { $line }: { $balance }",
    )


@dataclass(frozen=True, kw_only=True)
class MarginHigh(Detector):
    """融资余额新高."""

    name = "margin_high"
    topic = Topic.MARGIN
    axis = Axis.MARKET
    needs = frozenset({FINANCING})
    title = Text("两市融资余额创新高", "New high of the margin balance")
    sentence = Text(
        "两市融资余额{ $balance }，创近{ $days }日新高，较上一交易日{ $change }",
        "financing balance of SSE + SZSE { $balance }, a high of { $days } sessions, { $change } on the session before",
    )
    about = Text(
        "两市融资余额（上交所 + 深交所，不含北交所）高于此前若干交易日的最高值；若同时高于手头全部数据再提醒一次。"
        "间隔若干交易日后的第一次新高才提醒，连创新高不重复。两所都公布才计算。",
        "The financing balance of SSE + SZSE (without BSE) is above the highest of the sessions before; told once more "
        "when it is above all that is known. Told at the first high after a pause, not on every further one. Computed "
        "only where both exchanges have published.",
    )

    days: int = YEAR_SESSIONS
    least_days: int = 120
    """Sessions of that past that must be known."""
    pause_days: int = 20
    """A high after so many sessions without one is news; the next ones are not."""

    def find(self, panel: Panel) -> Findings:
        """Above the highest of the sessions before; the second rung is above everything that is known."""
        balance, change = FINANCING_BALANCE.on(panel), FINANCING_CHANGE.on(panel)
        everything = max(len(panel.sessions), self.days)
        high, record = (highest_before(balance.values, span, self.least_days) for span in (self.days, everything))
        fires = (balance.values > high) & of_both(panel) & np.isfinite(change.values)
        of_all = fires & (balance.values > record)
        reach = np.where(of_all, reach_before(balance.values, everything), reach_before(balance.values, self.days))
        longer = of_all & (reach > self.days)
        return Findings(
            fires=fires,
            known=knowable(balance) & np.isfinite(high) & of_both(panel),
            strength=beyond(balance.values / high - 1, 0.05),
            rung=np.where(longer, 2, 1).astype(np.int64),
            pauses=partial(pauses, fires, self.pause_days),
            evidence={
                "balance": balance,
                "change": change,
                "days": replace(
                    balance,
                    values=np.where(fires, reach.astype(np.float64), np.nan),
                    unit=Unit.SESSIONS,
                    estimated=None,
                ),
            },
        )

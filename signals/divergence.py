"""Money against the price: bought while falling, sold while rising (2.10)."""

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, Topic, reaches, scaled
from signals.core.field import CLOSE, SHARES, Unit
from signals.core.flows import flow_sum
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.prices import CHANGE
from signals.core.series import against_previous
from signals.core.sizes import AUM
from signals.core.text import Text
from signals.core.windows import rolling_growth


@dataclass(frozen=True, kw_only=True)
class Divergence(Detector):
    """Price and flow of one fund move apart over some sessions."""

    topic = Topic.FLOW
    needs = frozenset({CLOSE, SHARES})
    falling: ClassVar[bool]

    days: int = 5
    min_move: float = 0.03
    min_flow: float = 0.03
    """Least flow over the sessions, as a share of the AUM before them."""

    def find(self, panel: Panel) -> Findings:
        """Compound change and summed flow over `days`, of opposite sign and both beyond their least."""
        move, share = panel.derive(_apart(self.days))
        fires = reaches(move.values, self.min_move, up=not self.falling)
        fires &= reaches(share.values, self.min_flow, up=self.falling)
        return Findings(
            fires=fires,
            known=knowable(move) & knowable(share),
            strength=scaled(share.values, self.min_flow),
            evidence=Later(
                lambda: {
                    "move": move,
                    "flow": flow_sum(self.days).on(panel),
                    "share": share,
                    "days": replace(move, values=np.where(fires, float(self.days), np.nan), unit=Unit.SESSIONS),
                }
            ),
        )


@cache
def _apart(days: int) -> partial[tuple[Measure, Measure]]:
    """One function for one number of sessions, so that either direction finds what the other has computed."""
    return partial(_move_and_share, days=days)


def _move_and_share(panel: Panel, *, days: int) -> tuple[Measure, Measure]:
    """Compound change over `days`, and the flow over them as a share of the AUM before."""
    change, flow = CHANGE.on(panel), flow_sum(days).on(panel)
    share = against_previous(np.divide, flow.values, AUM.on(panel).values, sessions=days)
    move = rolling_growth(change.values, days)
    return replace(change, values=move), replace(flow, values=share, unit=Unit.FRACTION)


@dataclass(frozen=True, kw_only=True)
class BoughtWhileFalling(Divergence):
    """越跌越买，逆势吸金."""

    name = "bought_while_falling"
    falling = True
    title = Text("逆势吸金", "Bought while falling")
    sentence = Text(
        "逆势吸金：近{ $days }日价格下跌{ $move_size }，同期净流入{ $flow }，相当于期初规模的{ $share }",
        "bought while falling: price down { $move_size } over { $days } sessions, net inflow { $flow }, { $share } of the AUM before",
    )
    about = Text(
        "同一段交易日内价格下跌而份额净申购；两者都要超过各自的起始幅度。价格按交易所前收盘价逐日累计，净流入算法见连续净流入。",
        "Over the same sessions the price falls while shares are created, both by more than their least. Price moves "
        "compound against the exchange's previous closes; for flows see the inflow streak.",
    )


@dataclass(frozen=True, kw_only=True)
class SoldWhileRising(Divergence):
    """上涨中资金撤离."""

    name = "sold_while_rising"
    falling = False
    title = Text("越涨越卖", "Sold while rising")
    sentence = Text(
        "越涨越卖：近{ $days }日价格上涨{ $move_size }，同期净流出{ $flow_size }，相当于期初规模的{ $share_size }",
        "sold while rising: price up { $move_size } over { $days } sessions, net outflow { $flow_size }, { $share_size } of the AUM before",
    )
    about = Text(
        "同一段交易日内价格上涨而份额净赎回；两者都要超过各自的起始幅度。价格按交易所前收盘价逐日累计，净流入算法见连续净流入。",
        "Over the same sessions the price rises while shares are redeemed, both by more than their least. Price moves "
        "compound against the exchange's previous closes; for flows see the inflow streak.",
    )

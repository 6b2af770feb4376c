"""Funds in which far more is traded than usual."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from signals.core.detector import Detector, Findings, Later, Topic, rungs, scaled
from signals.core.field import AMOUNT, CLOSE, Unit
from signals.core.lookback import pauses
from signals.core.matrix import Bools
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.prices import CHANGE, TRADED_VALUE, of_class
from signals.core.profile import EQUITY_LIKE
from signals.core.standing import amount_over_pasts, amount_ratio
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class AmountSurge(Detector):
    """成交额放大."""

    name = "amount_surge"
    topic = Topic.PRICE
    needs = frozenset({CLOSE, AMOUNT})
    title = Text("成交额放大", "Traded value surge")
    sentence = Text(
        "成交额{ $amount }，为近{ $days }日均值的{ $times }，当日{ $change }",
        "{ $amount } traded, { $times } the mean of the last { $days } sessions, price { $change }",
    )
    about = Text(
        "当日成交额 ÷ 此前若干交易日的平均成交额（停牌日不计）；短、长两个区间的倍数都要达到起始倍数，且成交额不低于起始金额。"
        "成交额为交易所当日行情。货币、债券等类别不在此列。",
        "Traded value / its mean over the sessions before (suspended ones left out). The multiples of a short and of a "
        "long past must both reach the least one, and the value the least amount. Values are those of the exchanges' "
        "quotes. Money-market and bond funds are left out.",
    )

    days: int = 20
    long_days: int = 60
    least_days: int = 15
    """Sessions of either past that must be known."""
    min_times: float = 4.0
    min_amount_cny: float = 2e8
    pause_days: int = 5
    """So many quiet sessions in between do not make it news again."""

    def find(self, panel: Panel) -> Findings:
        """Multiples of both means and the amount beyond their least; a rung for each doubling."""
        amount, change, equity = TRADED_VALUE.on(panel), CHANGE.on(panel), of_class(panel, EQUITY_LIKE)
        # Computed for itself alone and gone with its findings: nobody else asks for pasts of these lengths.
        times = amount_over_pasts(panel, (self.days, self.long_days), self.least_days)
        fires = (times >= self.min_times) & (amount.values >= self.min_amount_cny) & equity & knowable(change)
        return Findings(
            fires=fires,
            known=np.isfinite(times) & equity,
            strength=scaled(times, self.min_times),
            rung=lambda: rungs(fires, lambda cells: 1 + np.floor(np.log2(times[cells] / self.min_times))),
            pauses=partial(pauses, fires, self.pause_days),
            evidence=Later(partial(self._evidence, panel, fires)),
        )

    def _evidence(self, panel: Panel, fires: Bools) -> Mapping[str, Measure]:
        short = amount_ratio(self.days, self.least_days).compute(panel)
        days = replace(short, values=np.where(fires, float(self.days), np.nan), unit=Unit.SESSIONS)
        return {"amount": TRADED_VALUE.on(panel), "times": short, "days": days, "change": CHANGE.on(panel)}

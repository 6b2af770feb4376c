"""杠杆资金: a fund bought with borrowed money for sessions in a row, or repaid (2.7)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, Topic, ladder, on_ladder, scaled
from signals.core.field import FUND_FINANCING, Unit
from signals.core.financing import FUND_BALANCE, FUND_FINANCING_CHANGE
from signals.core.flows import soft_since
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.runs import Runs, open_start, runs
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class FinancingStreak(Detector):
    """The financing balance of a fund moves one way for sessions in a row."""

    topic = Topic.MARGIN
    needs = frozenset({FUND_FINANCING})
    rising: ClassVar[bool]

    min_days: int = 5
    step_days: int = 5
    """Told again at each multiple of this."""
    min_total_cny: float = 5e7
    min_share: float = 0.05
    """And at least this share of the balance before the streak."""

    def find(self, panel: Panel) -> Findings:
        """A run of changes of one sign whose sum is large in 元 and large for the fund."""
        balance, change = FUND_BALANCE.on(panel), FUND_FINANCING_CHANGE.on(panel)
        run = runs(change.values, rising=self.rising)
        total = np.abs(run.total)
        large = (total >= self.min_total_cny) & (total >= self.min_share * (balance.values - run.total))
        return Findings(
            fires=large & on_ladder(run.length, self.min_days, self.step_days),
            known=knowable(change),
            strength=scaled(run.length, self.min_days),
            rung=lambda: ladder(run.length, self.min_days, self.step_days),
            since=lambda: run.start,
            evidence=Later(partial(_evidence, balance, change, run)),
        )


def _evidence(balance: Measure, change: Measure, run: Runs) -> Mapping[str, Measure]:
    streak = replace(change, values=run.length.astype(np.float64), unit=Unit.SESSIONS, estimated=None)
    return {
        "streak": streak,
        "change": change,
        "total": replace(change, values=run.known_total, estimated=soft_since(change, run)),
        "balance": balance,
        "gaps": replace(streak, values=np.where(run.gaps > 0, run.gaps.astype(np.float64), np.nan)),
        "open_start": replace(streak, values=open_start(change.values, run), unit=Unit.COUNT),
    }


@dataclass(frozen=True, kw_only=True)
class FinancingRise(FinancingStreak):
    """杠杆资金连续净买入."""

    name = "financing_rise"
    rising = True
    title = Text("杠杆资金连续净买入", "Financing purchases in a row")
    sentence = Text(
        "杠杆资金连续{ $streak }日净买入，最近一日{ $change_size }，累计{ $total_size }，融资余额{ $balance }",
        "bought on margin for { $streak } sessions in a row, { $change_size } net on the last, { $total_size } in all, "
        "financing balance { $balance }",
    )
    about = Text(
        "融资净买入 = 该基金融资余额较上一交易日的变动（两融明细，交易所次日开盘前公布）；连续为正且累计达到起始金额与占比时"
        "提醒，此后每满一个步长再提醒。",
        "Net financing purchase = change of the fund's financing balance over a session, from the security-by-security "
        "lists that the exchanges publish before the next open. Told when positive for the first number of sessions, "
        "with a sum of the least amount and share, and again at every further step.",
    )


@dataclass(frozen=True, kw_only=True)
class FinancingFall(FinancingStreak):
    """融资连续净偿还."""

    name = "financing_fall"
    rising = False
    title = Text("融资连续净偿还", "Financing repaid in a row")
    sentence = Text(
        "融资连续{ $streak }日净偿还，最近一日{ $change_size }，累计{ $total_size }，融资余额{ $balance }",
        "margin debt repaid for { $streak } sessions in a row, { $change_size } net on the last, { $total_size } in all, "
        "financing balance { $balance }",
    )
    about = Text(
        "融资净偿还 = 该基金融资余额较上一交易日的减少（两融明细，交易所次日开盘前公布）；连续减少且累计达到起始金额与占比时"
        "提醒，此后每满一个步长再提醒。",
        "Net repayment = fall of the fund's financing balance over a session, from the security-by-security lists that "
        "the exchanges publish before the next open. Told when it falls for the first number of sessions, by a sum of "
        "the least amount and share, and again at every further step.",
    )

"""两市融资余额: borrowed money that grows or shrinks for sessions in a row."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Topic, ladder, scaled
from signals.core.field import FINANCING, Axis, Unit
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE
from signals.core.measure import knowable
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.runs import open_start, runs
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class MarginStreak(Detector):
    """The financing balance of SSE + SZSE moves one way for sessions in a row."""

    topic = Topic.MARGIN
    axis = Axis.MARKET
    needs = frozenset({FINANCING})
    rising: ClassVar[bool]

    min_days: int = 3
    step_days: int = 5

    def find(self, panel: Panel) -> Findings:
        """Only the sum of both exchanges is judged, and only where both are known."""
        change = FINANCING_CHANGE.on(panel)
        run = runs(change.values, rising=self.rising)
        both = np.zeros(change.values.shape, dtype=np.bool_)
        both[:, panel.column(Axis.MARKET, BOTH_EXCHANGES)] = True
        rung = np.where(both, ladder(run.length, self.min_days, self.step_days), 0)
        length = run.length.astype(np.float64)
        return Findings(
            fires=rung > 0,
            known=knowable(change) & both,
            strength=scaled(length, self.min_days),
            rung=rung,
            since=run.start,
            evidence={
                "streak": replace(change, values=length, unit=Unit.SESSIONS, estimated=None),
                "change": change,
                "total": replace(change, values=run.known_total),
                "balance": FINANCING_BALANCE.on(panel),
                "open_start": replace(change, values=open_start(change.values, run), unit=Unit.COUNT),
                "gaps": replace(
                    change,
                    values=np.where(run.gaps > 0, run.gaps.astype(np.float64), np.nan),
                    unit=Unit.SESSIONS,
                ),
            },
        )


@dataclass(frozen=True, kw_only=True)
class MarginRise(MarginStreak):
    """融资余额连增."""

    name = "margin_rise"
    rising = True
    title = Text("两市融资余额连增", "Margin balance rising")
    sentence = Text(
        "两市融资余额连续{ $streak }日增加，最近一日{ $change }，累计{ $total }，余额{ $balance }",
        "financing balance of SSE + SZSE up { $streak } sessions in a row, { $change } on the last, { $total } in all, now { $balance }",
    )
    about = Text(
        "两市融资余额 = 上交所 + 深交所，不含北交所；两所都公布才计算，缺一所则不作判断。",
        "Financing balance of SSE + SZSE, without BSE; computed only where both exchanges have published.",
    )


@dataclass(frozen=True, kw_only=True)
class MarginFall(MarginStreak):
    """融资余额连降."""

    name = "margin_fall"
    rising = False
    title = Text("两市融资余额连降", "Margin balance falling")
    sentence = Text(
        "两市融资余额连续{ $streak }日减少，最近一日{ $change }，累计{ $total }，余额{ $balance }",
        "financing balance of SSE + SZSE down { $streak } sessions in a row, { $change } on the last, { $total } in all, now { $balance }",
    )
    about = Text(
        "两市融资余额 = 上交所 + 深交所，不含北交所；两所都公布才计算，缺一所则不作判断。",
        "Financing balance of SSE + SZSE, without BSE; computed only where both exchanges have published.",
    )

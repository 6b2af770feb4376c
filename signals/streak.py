"""Streaks: money that comes or goes, and prices that rise or fall, for sessions in a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial, reduce
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, LaterStrength, Tell, Topic, ladder, on_ladder, scaled
from signals.core.field import CLOSE, SHARES, Unit
from signals.core.flows import FLOW, soft_since
from signals.core.matrix import Floats, Ints
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.prices import of_class
from signals.core.profile import PRICED
from signals.core.runs import Flat, Runs, open_start, run_lengths, run_starts, runs
from signals.core.scale import share_scale
from signals.core.text import Text
from signals.core.trend import Choice, Trend, Watch, trends


@dataclass(frozen=True, kw_only=True)
class FlowStreak(Detector):
    """Net creation (or redemption) of shares for sessions in a row."""

    topic = Topic.FLOW
    needs = frozenset({SHARES})
    rising: ClassVar[bool]

    min_days: int = 3
    step_days: int = 5
    """Told again at each multiple of this."""
    flat: Flat = Flat.BREAKS
    least_flow_cny: float = 0.0

    def find(self, panel: Panel) -> Findings:
        """A run of flows of one sign; its sum and the newest flow are the evidence."""
        flow = FLOW.on(panel)
        length = run_lengths(flow.values, rising=self.rising, flat=self.flat, least=self.least_flow_cny)
        summed = partial(runs, flow.values, rising=self.rising, flat=self.flat, least=self.least_flow_cny)
        return Findings(
            fires=on_ladder(length, self.min_days, self.step_days),
            known=knowable(flow),
            strength=scaled(length, self.min_days),
            rung=lambda: ladder(length, self.min_days, self.step_days),
            since=lambda: run_starts(length),
            evidence=Later(lambda: _of_flows(panel, flow, summed())),
        )


def _of_flows(panel: Panel, flow: Measure, run: Runs) -> Mapping[str, Measure]:
    streak = replace(flow, values=run.length.astype(np.float64), unit=Unit.SESSIONS, estimated=None)
    return {
        "streak": streak,
        "flow": flow,
        "total": replace(flow, values=run.known_total, estimated=soft_since(flow, run)),
        "gaps": replace(streak, values=np.where(run.gaps > 0, run.gaps.astype(np.float64), np.nan)),
        "open_start": replace(streak, values=open_start(flow.values, run), unit=Unit.COUNT),
        "split": replace(streak, values=_splits_within(panel, run), unit=Unit.RATIO),
    }


def _splits_within(panel: Panel, run: Runs) -> Floats:
    """Product of the split ratios that the run's flows were adjusted for; NaN = none."""
    scale, out = panel.derive(share_scale), np.full(run.length.shape, np.nan)
    now, start, length = scale.split_factors, run.start[:, scale.split], run.length[:, scale.split]
    before = np.where(start > 0, np.take_along_axis(now, np.maximum(start - 1, 0), axis=0), 1.0)
    ratio = now / before
    out[:, scale.split] = np.where((length > 0) & (np.abs(ratio - 1) > 1e-9), ratio, np.nan)
    return out


@dataclass(frozen=True, kw_only=True)
class InflowStreak(FlowStreak):
    """连续净流入."""

    name = "inflow_streak"
    rising = True
    title = Text("连续净流入", "Inflow streak")
    sentence = Text(
        "连续第{ $streak }日获净流入，当日{ $flow }，累计{ $total }",
        "net inflow for { $streak } sessions in a row, { $flow } on the last, { $total } in all",
    )
    about = Text(
        "净流入 =（当日份额 − 拆分比例 × 上日份额）× 当日净值，即一级市场净申购；达到起始天数时提醒，此后每满一个步长再提醒。",
        "Net inflow = (shares(T) − split ratio × shares(T−1)) × NAV(T), the primary-market creation of shares. "
        "Told when the streak reaches its first length and again at every further step.",
    )


@dataclass(frozen=True, kw_only=True)
class OutflowStreak(FlowStreak):
    """连续净流出."""

    name = "outflow_streak"
    rising = False
    title = Text("连续净流出", "Outflow streak")
    sentence = Text(
        "连续第{ $streak }日净流出，当日{ $flow_size }，累计{ $total_size }",
        "net outflow for { $streak } sessions in a row, { $flow_size } on the last, { $total_size } in all",
    )
    about = Text(
        "净流出是份额净赎回的金额，算法与净流入相同、符号为负；达到起始天数时提醒，此后每满一个步长再提醒。",
        "Net outflow is the value of shares redeemed, the same formula as net inflow with a negative sign. "
        "Told when the streak reaches its first length and again at every further step.",
    )


@dataclass(frozen=True, kw_only=True)
class PriceStreak(Detector):
    """Closes or NAVs that move one way for sessions in a row."""

    topic = Topic.PRICE
    needs = frozenset({CLOSE})
    rising: ClassVar[bool]

    tell: Tell = field(default=Tell.DIGEST)
    min_days: int = 5
    step_days: int = 5
    basis: Watch = Watch.BOTH
    flat: Flat = Flat.BREAKS
    least_move: float = 0.0

    def find(self, panel: Panel) -> Findings:
        """The longer of the runs on close and on NAV, with its basis."""
        found = trends(panel, self.basis, rising=self.rising, flat=self.flat, least_move=self.least_move)
        long = [one.known & on_ladder(one.length, self.min_days, self.step_days) for one in found]

        @cache
        def choice() -> Choice:
            return Choice.longest([one.basis for one in found], [_told(one) for one in found])

        return Findings(
            fires=reduce(np.logical_or, long),
            known=reduce(np.logical_or, [one.known for one in found]) & of_class(panel, PRICED),
            strength=LaterStrength(lambda: scaled(choice().length, self.min_days)),
            rung=lambda: ladder(choice().length, self.min_days, self.step_days),
            since=lambda: choice().rows([one.start for one in found]),
            evidence=Later(lambda: _of_prices(found, choice())),
            basis=lambda row, column: choice().basis(row, column),
        )


def _told(one: Trend) -> Ints:
    """Lengths of the runs that were known on the session itself."""
    return np.where(one.known, one.length, 0)


def _of_prices(found: Sequence[Trend], choice: Choice) -> Mapping[str, Measure]:
    change = choice.measure([one.change for one in found])
    return {
        "streak": Measure(values=choice.length.astype(np.float64), unit=Unit.SESSIONS, inputs=change.inputs),
        "gain": replace(change, values=choice.pick([one.gain for one in found])),
    }


@dataclass(frozen=True, kw_only=True)
class RisingStreak(PriceStreak):
    """连涨."""

    name = "rising_streak"
    rising = True
    title = Text("连涨", "Rising streak")
    sentence = Text(
        "{ $streak }连涨（{ $basis }），累计{ $gain }",
        "{ $streak } rising sessions in a row (on { $basis }), { $gain }",
    )
    about = Text(
        "收盘价（以交易所前收盘价为基准）或净值连续上涨的交易日数；平盘默认中断，停牌与未公布的日子既不延续也不中断。",
        "Sessions in a row on which the close (against the exchange's own previous close) or the NAV rose. A flat "
        "session breaks the streak by default; a suspended or unpublished one neither extends nor breaks it.",
    )


@dataclass(frozen=True, kw_only=True)
class FallingStreak(PriceStreak):
    """连跌."""

    name = "falling_streak"
    rising = False
    title = Text("连跌", "Falling streak")
    sentence = Text(
        "{ $streak }连跌（{ $basis }），累计{ $gain }",
        "{ $streak } falling sessions in a row (on { $basis }), { $gain }",
    )
    about = Text(
        "收盘价（以交易所前收盘价为基准）或净值连续下跌的交易日数；平盘默认中断，停牌与未公布的日子既不延续也不中断。",
        "Sessions in a row on which the close (against the exchange's own previous close) or the NAV fell. A flat "
        "session breaks the streak by default; a suspended or unpublished one neither extends nor breaks it.",
    )

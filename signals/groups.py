"""Money into whole groups of funds for sessions in a row: 宽基, 行业, 跨境 …, and the funds on one index."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, Topic, ladder, on_ladder, reaches, scaled
from signals.core.field import SHARES, Axis, Unit
from signals.core.flows import soft_since
from signals.core.group_flows import GroupFlow, flow_of
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.runs import Runs, open_start, runs
from signals.core.text import Text


@dataclass(frozen=True, kw_only=True)
class GroupStreak(Detector):
    """The funds of a group take in (or lose) money together for sessions in a row."""

    topic = Topic.FLOW
    needs = frozenset({SHARES})
    rising: ClassVar[bool]

    min_days: int = 3
    step_days: int = 5
    """Told again at each multiple of this."""
    min_total_cny: float = 5e9
    """Least amount over the streak."""
    min_funds: int = 3
    """Of fewer funds no group is made."""

    def find(self, panel: Panel) -> Findings:
        """A run of totals of one sign whose sum is large enough."""
        flow = flow_of(panel, self.axis)
        run = runs(flow.total.values, rising=self.rising)
        fires = on_ladder(run.length, self.min_days, self.step_days) & (flow.funds_of >= self.min_funds)
        fires &= reaches(run.total, self.min_total_cny, up=self.rising)
        return Findings(
            fires=fires,
            known=knowable(flow.total),
            strength=scaled(run.length, self.min_days),
            rung=lambda: ladder(run.length, self.min_days, self.step_days),
            since=lambda: run.start,
            evidence=Later(partial(_evidence, flow, run)),
        )


def _evidence(flow: GroupFlow, run: Runs) -> Mapping[str, Measure]:
    streak = replace(flow.total, values=run.length.astype(np.float64), unit=Unit.SESSIONS, estimated=None)
    count = replace(flow.total, unit=Unit.COUNT, estimated=None)
    return {
        "streak": streak,
        "flow": flow.total,
        "total": replace(flow.total, values=run.known_total, estimated=soft_since(flow.total, run)),
        "funds": replace(count, values=flow.funds),
        "funds_of": replace(count, values=flow.funds_of),
        "gaps": replace(streak, values=np.where(run.gaps > 0, run.gaps.astype(np.float64), np.nan)),
        "open_start": replace(streak, values=open_start(flow.total.values, run), unit=Unit.COUNT),
    }


_IN = Text(
    "整体连续{ $streak }日净流入，当日{ $flow }，累计{ $total }，统计{ $funds }/{ $funds_of }只",
    "net inflow as a whole for { $streak } sessions in a row, { $flow } on the last, { $total } in all, "
    "{ $funds } of { $funds_of } funds counted",
)
_OUT = Text(
    "整体连续{ $streak }日净流出，当日{ $flow_size }，累计{ $total_size }，统计{ $funds }/{ $funds_of }只",
    "net outflow as a whole for { $streak } sessions in a row, { $flow_size } on the last, { $total_size } in all, "
    "{ $funds } of { $funds_of } funds counted",
)
_INTO_INDEX = Text(f"同指数ETF{_IN.zh}", f"funds on the index: {_IN.en}")
_OUT_OF_INDEX = Text(f"同指数ETF{_OUT.zh}", f"funds on the index: {_OUT.en}")
_CLASS = Text(
    "合计净流入 = 该类基金当日净流入之和，各基金算法见连续净流入。宽基与行业主题按跟踪指数区分，其余按资产类别。"
    "沪深两市份额都已公布，且按数量和规模计都有九成以上的存续基金有同日数据时，才给出合计，并注明统计了多少只。",
    "The sum of the net inflows of the class's funds; for one fund see the inflow streak. Broad-market and sector funds "
    "are told apart by the index they track, the others by asset class. A total is stated only where both exchanges have "
    "published their share counts and nine tenths of the living funds, by number and by size, have a flow of the same "
    "session; it says how many are in it.",
)
_TRACKED = Text(
    "合计净流入 = 跟踪同一指数的各基金当日净流入之和，各基金算法见连续净流入，按指数代码归类。"
    "有基金的交易所都已公布份额，且按数量和规模计都有九成以上的存续基金有同日数据时，才给出合计，并注明统计了多少只。",
    "The sum of the net inflows of the funds that track one index, grouped by index code; for one fund see the inflow "
    "streak. A total is stated only where every exchange that lists any of them has published its share counts and nine "
    "tenths of the living funds, by number and by size, have a flow of the same session; it says how many are in it.",
)


@dataclass(frozen=True, kw_only=True)
class ClassInflow(GroupStreak):
    """一类基金连续净流入."""

    name = "class_inflow"
    axis = Axis.CLASS
    rising = True
    title = Text("大类连续净流入", "Class inflow streak")
    sentence = _IN
    about = _CLASS


@dataclass(frozen=True, kw_only=True)
class ClassOutflow(GroupStreak):
    """一类基金连续净流出."""

    name = "class_outflow"
    axis = Axis.CLASS
    rising = False
    title = Text("大类连续净流出", "Class outflow streak")
    sentence = _OUT
    about = _CLASS


@dataclass(frozen=True, kw_only=True)
class IndexInflow(GroupStreak):
    """跟踪同一指数的基金连续净流入."""

    name = "index_inflow"
    axis = Axis.TRACKED
    rising = True
    title = Text("指数连续净流入", "Index inflow streak")
    sentence = _INTO_INDEX
    about = _TRACKED

    min_total_cny: float = 1e9


@dataclass(frozen=True, kw_only=True)
class IndexOutflow(GroupStreak):
    """跟踪同一指数的基金连续净流出."""

    name = "index_outflow"
    axis = Axis.TRACKED
    rising = False
    title = Text("指数连续净流出", "Index outflow streak")
    sentence = _OUT_OF_INDEX
    about = _TRACKED

    min_total_cny: float = 1e9

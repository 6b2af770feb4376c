"""Money into groups of funds: totals over what funds hold and over the index that they track (2.5, 2.8)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from signals.core.field import Axis, Unit
from signals.core.flows import FLOW, soft_since
from signals.core.formulas import KNOWN_AMONG, STATED, WHERE
from signals.core.groups import group_of
from signals.core.matrix import Columns, Floats
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.peers import ALIVE_SESSIONS, alive, peer_groups
from signals.core.quantity import Quantity
from signals.core.ranks import group_counts, group_sums, laid_groups
from signals.core.runs import runs
from signals.core.series import carried, previous
from signals.core.sizes import AUM
from signals.core.text import Text
from signals.core.windows import lately, rolling_sum


@dataclass(frozen=True, eq=False, slots=True)
class GroupFlow:
    """The flows of groups, sessions × groups; NaN where the total may not be stated."""

    total: Measure
    funds: Floats
    """Members whose flow is in the total."""
    funds_of: Floats
    """Living members."""


def members(panel: Panel, *, axis: Axis) -> dict[str, Columns]:
    """Columns of the funds of each group that has any, by the group's name."""
    found = panel.derive(peer_groups) if axis is Axis.TRACKED else _classes(panel)
    return {name: np.array(columns, dtype=np.int64) for name, columns in found.items()}


def _classes(panel: Panel) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for column, code in enumerate(panel.subjects[Axis.FUND]):
        if key := group_of(panel.profiles[code]):
            found[str(key)].append(column)
    return found


def group_flow(panel: Panel, *, axis: Axis) -> GroupFlow:
    """Sum the flows of each group's members on each session.

    1. A flow counts where it was known on its own session; one that only a later price explained is left out
       on that session for good, so that a total never changes by what came later.
    2. Every exchange with a living member must have told its counts of the session and of the one before.
    3. The known flows must be those of `LEAST_COVERAGE` of the living members, by number and by AUM.
    """
    sums = panel.derive(_sums)[axis]
    stated = STATED(*(sums[name] for name in ("there", "missing", "known", "known_size", "size")))
    measure = Measure(
        values=WHERE(sums["flow"], stated),
        unit=Unit.CNY,
        inputs=FLOW.on(panel).inputs,
        estimated=np.asarray(sums["soft"] > 0),
        sources=partial(_sources, panel, axis),
    )
    return GroupFlow(measure, WHERE(sums["known"], stated), WHERE(sums["there"], stated))


def _sums(panel: Panel) -> dict[Axis, dict[str, Floats]]:
    """What the living members of each group sum up to, those of both axes in one pass; 0 for no members.

    Counts of those that are `there`, whose flow is `known`, or rests on a `soft` figure, and whose exchange has not told
    its counts of the session and of the one before (`missing`); sums of flows, of the newest AUM (`size`), and of that
    of those whose flow is known.
    """
    flow, aum, there = FLOW.on(panel), AUM.on(panel), panel.derive(alive)
    known, told = knowable(flow) & there, panel.told(_SHARES)
    newest = carried(aum.timely, ALIVE_SESSIONS)[0]
    sized, empty = KNOWN_AMONG(newest, there), np.array([], dtype=np.int64)
    groups = laid_groups(
        [panel.derive(_MEMBERS[axis]).get(name, empty) for axis in _AXES for name in panel.subjects[axis]]
    )
    sums = {
        "there": group_counts(there, groups),
        "known": group_counts(known, groups),
        "missing": group_counts(there & ~(told & previous(told, fill=False)), groups),
        "soft": group_counts(known & flow.soft, groups),
        "flow": group_sums(flow.values, known, groups),
        "size": group_sums(newest, sized, groups),
        "known_size": group_sums(newest, known & sized, groups),
    }
    classes = len(panel.subjects[Axis.CLASS])
    return {
        Axis.CLASS: {name: summed[:, :classes] for name, summed in sums.items()},
        Axis.TRACKED: {name: summed[:, classes:] for name, summed in sums.items()},
    }


def _sources(panel: Panel, axis: Axis, row: int, column: int) -> str:
    funds = panel.derive(_MEMBERS[axis])[panel.subjects[axis][column]]
    return ", ".join(panel.sources_of(FLOW.on(panel).inputs, row, funds.tolist()))


_SHARES = next(iter(FLOW.needs))
_AXES = (Axis.CLASS, Axis.TRACKED)
_MEMBERS: Mapping[Axis, Callable[[Panel], dict[str, Columns]]] = {one: partial(members, axis=one) for one in _AXES}
_FLOWS: Mapping[Axis, Callable[[Panel], GroupFlow]] = {one: partial(group_flow, axis=one) for one in _AXES}


def flow_of(panel: Panel, axis: Axis) -> GroupFlow:
    """`group_flow`, computed once per panel."""
    return panel.derive(_FLOWS[axis])


def _total(panel: Panel, *, axis: Axis) -> Measure:
    return flow_of(panel, axis).total


def _sum(panel: Panel, *, axis: Axis, sessions: int) -> Measure:
    total = flow_of(panel, axis).total
    soft = lately(total.soft, sessions)
    return replace(total, values=rolling_sum(total.values, sessions), estimated=soft)


def _streak(panel: Panel, *, axis: Axis, rising: bool) -> Measure:
    total = flow_of(panel, axis).total
    length = runs(total.values, rising=rising).length.astype(np.float64)
    return replace(total, values=np.where(np.isfinite(total.values), length, np.nan), unit=Unit.SESSIONS)


def _streak_sum(panel: Panel, *, axis: Axis, rising: bool) -> Measure:
    total = flow_of(panel, axis).total
    run = runs(total.values, rising=rising)
    values = np.where(np.isfinite(total.values), run.known_total, np.nan)
    return replace(total, values=values, estimated=soft_since(total, run))


def _funds(panel: Panel, *, axis: Axis, living: bool) -> Measure:
    flow = flow_of(panel, axis)
    return replace(flow.total, values=flow.funds_of if living else flow.funds, unit=Unit.COUNT, estimated=None)


_LABELS = {Axis.CLASS: Text("类别", "class"), Axis.TRACKED: Text("指数", "index")}
_PREFIXES = {Axis.CLASS: "class", Axis.TRACKED: "index"}


def _quantity(axis: Axis, name: str, said: Text, unit: Unit, compute: Callable[[Panel], Measure]) -> Quantity:
    return Quantity(
        name=f"{_PREFIXES[axis]}_{name}",
        label=Text(f"{_LABELS[axis].zh}{said.zh}", f"{_LABELS[axis].en} {said.en}"),
        unit=unit,
        meaning=Text(
            f"同一{_LABELS[axis].zh}的全部基金合计：{said.zh}", f"of all funds of one {_LABELS[axis].en}: {said.en}"
        ),
        needs=FLOW.needs,
        compute=compute,
        axis=axis,
    )


def _both(
    name: str, zh: str, en: str, unit: Unit, compute: Callable[..., Measure], **fixed: object
) -> dict[Axis, Quantity]:
    said = Text(zh, en)
    return {axis: _quantity(axis, name, said, unit, partial(compute, axis=axis, **fixed)) for axis in _AXES}


GROUP_FLOW = _both("flow", "净流入", "net inflow", Unit.CNY, _total)
GROUP_FLOW_5 = _both("flow_5", "近5日净流入", "net inflow over 5 sessions", Unit.CNY, _sum, sessions=5)
GROUP_FLOW_20 = _both("flow_20", "近20日净流入", "net inflow over 20 sessions", Unit.CNY, _sum, sessions=20)
GROUP_INFLOW_STREAK = _both("inflow_streak", "连续净流入", "inflow streak", Unit.SESSIONS, _streak, rising=True)
GROUP_OUTFLOW_STREAK = _both("outflow_streak", "连续净流出", "outflow streak", Unit.SESSIONS, _streak, rising=False)
GROUP_INFLOW_SUM = _both("inflow_streak_sum", "连续净流入累计", "inflow streak sum", Unit.CNY, _streak_sum, rising=True)
GROUP_OUTFLOW_SUM = _both(
    "outflow_streak_sum", "连续净流出累计", "outflow streak sum", Unit.CNY, _streak_sum, rising=False
)
GROUP_FUNDS = _both("funds", "统计基金数", "funds counted", Unit.COUNT, _funds, living=False)
GROUP_FUNDS_OF = _both("funds_of", "基金总数", "funds there are", Unit.COUNT, _funds, living=True)
"""By axis: of classes their names begin with ``class_``, of tracked indices with ``index_``."""

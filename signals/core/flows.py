"""Primary-market money: shares created and redeemed, in 元 (2.5). Not the vendors' order-size 主力净流入."""

from functools import cache, partial

import numpy as np

from signals.core.corporate import find_actions
from signals.core.field import IOPV, NAV, SHARES, Unit
from signals.core.matrix import Bools, Floats
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.quantity import Quantity
from signals.core.series import Runs, positive, previous, rolling_sum, runs, sum_since
from signals.core.text import Text
from signals.core.values import share_value

_INPUTS = frozenset({SHARES, NAV, IOPV})
_NEEDS = frozenset({SHARES})


def counted_shares(panel: Panel) -> Floats:
    """Published share counts; zero or less is a hole in the table, not a redemption."""
    return positive(panel.values(SHARES))


def _flow(panel: Panel) -> Measure:
    actions, value, shares = (
        panel.derive(find_actions),
        panel.derive(share_value),
        panel.derive(counted_shares),
    )
    soft = panel.estimated(SHARES)
    flow = (shares - actions.share_ratio * previous(shares)) * value.values
    return Measure(
        values=np.where(actions.pending, np.nan, flow),
        unit=Unit.CNY,
        inputs=_INPUTS,
        estimated=value.estimated | soft | previous(soft, fill=False),
        late=actions.late,
    )


def _flow_sum(panel: Panel, *, sessions: int) -> Measure:
    flow = FLOW.on(panel)
    soft = rolling_sum(flow.soft.astype(np.float64), sessions) > 0
    return Measure(
        values=rolling_sum(flow.values, sessions),
        unit=Unit.CNY,
        inputs=_INPUTS,
        estimated=soft,
        late=flow.late,
    )


def _inflow_streak(panel: Panel) -> Measure:
    flow = FLOW.on(panel)
    length = runs(flow.values).length.astype(np.float64)
    known = np.isfinite(flow.values)
    return Measure(
        values=np.where(known, length, np.nan),
        unit=Unit.SESSIONS,
        inputs=_INPUTS,
        estimated=flow.estimated,
        late=flow.late,
    )


def _inflow_streak_sum(panel: Panel) -> Measure:
    flow = FLOW.on(panel)
    run = runs(flow.values)
    return Measure(
        values=np.where(np.isfinite(flow.values) & (run.length > 0), run.total, np.nan),
        unit=Unit.CNY,
        inputs=_INPUTS,
        estimated=soft_since(flow, run),
        late=flow.late,
    )


def soft_since(flow: Measure, run: Runs) -> Bools:
    """Where a known flow of a run is soft: its sum is, too."""
    known = np.isfinite(flow.values)
    return np.asarray(sum_since(np.where(known & flow.soft, 1.0, 0.0), run.start) > 0)


FLOW = Quantity(name="flow", label=Text("净流入", "net inflow"), needs=_NEEDS, compute=_flow)
INFLOW_STREAK = Quantity(
    name="inflow_streak", label=Text("连续净流入", "inflow streak"), needs=_NEEDS, compute=_inflow_streak
)
INFLOW_STREAK_SUM = Quantity(
    name="inflow_streak_sum",
    label=Text("连续净流入累计", "inflow streak sum"),
    needs=_NEEDS,
    compute=_inflow_streak_sum,
)


@cache
def flow_sum(sessions: int) -> Quantity:
    """Net inflow over this many sessions; unknown when one of them is."""
    return Quantity(
        name=f"flow_{sessions}",
        label=Text(f"近{sessions}日净流入", f"net inflow over {sessions} sessions"),
        needs=_NEEDS,
        compute=partial(_flow_sum, sessions=sessions),
    )


FLOW_5, FLOW_20, FLOW_60 = flow_sum(5), flow_sum(20), flow_sum(60)

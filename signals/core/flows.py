"""Primary-market money: shares created and redeemed, in 元 (2.5). Not the vendors' order-size 主力净流入."""

from functools import cache, partial

import numpy as np

from signals.core import formulas
from signals.core.corporate import counted_shares, find_actions
from signals.core.field import IOPV, NAV, SHARES, Unit
from signals.core.matrix import Bools
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import STREAK_SESSIONS
from signals.core.quantity import Quantity
from signals.core.room import ROOM
from signals.core.runs import Runs, runs, sum_since
from signals.core.text import Text
from signals.core.values import share_value
from signals.core.windows import lately, rolling_sum

_INPUTS = frozenset({SHARES, NAV, IOPV})
_NEEDS = frozenset({SHARES})


def _flow(panel: Panel) -> Measure:
    actions, value, shares = (
        panel.derive(find_actions),
        panel.derive(share_value),
        panel.derive(counted_shares),
    )
    flow = ROOM.empty(shares.shape, np.float64)
    flow[:1] = np.nan
    formulas.FLOW.fill(flow[1:], shares[1:], shares[:-1], value.values[1:], actions.pending[1:])
    rows, columns = split = actions.share_ratio.cells
    before = np.where(rows > 0, shares[rows - 1, columns] * actions.share_ratio.values, np.nan)
    flow[split] = formulas.FLOW(shares[split], before, value.values[split], actions.pending[split])
    return Measure(
        values=flow,
        unit=Unit.CNY,
        inputs=_INPUTS,
        estimated=_soft(value.estimated, panel.estimated(SHARES)),
        late=actions.late,
    )


def _soft(value: Bools, counts: Bools) -> Bools:
    """A flow rests on the worth of a share and on two counts of them."""
    out = ROOM.empty(value.shape, np.bool_)
    out[:1] = value[:1] | counts[:1]
    formulas.ANY_OF.fill(out[1:], value[1:], counts[1:], counts[:-1])
    return out


def _flow_sum(panel: Panel, *, sessions: int) -> Measure:
    flow = FLOW.on(panel)
    soft = lately(flow.soft, sessions)
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
        values=np.where(np.isfinite(flow.values), run.known_total, np.nan),
        unit=Unit.CNY,
        inputs=_INPUTS,
        estimated=soft_since(flow, run),
        late=flow.late,
    )


def soft_since(flow: Measure, run: Runs) -> Bools:
    """Where a known flow of a run is soft: its sum is, too."""
    known = np.isfinite(flow.values)
    return np.asarray(sum_since(np.where(known & flow.soft, 1.0, 0.0), run.start) > 0)


FLOW = Quantity(
    name="flow",
    label=Text("净流入", "net inflow"),
    unit=Unit.CNY,
    meaning=Text(
        "一级市场净申购金额：份额变动（剔除拆分）×净值",
        "money that came in by creation of shares: change of the share count (splits apart) times NAV",
    ),
    words=("净申购", "资金净流入", "inflow", "net creation"),
    opposite=("净流出", "净赎回", "资金净流出", "outflow", "net outflow"),
    needs=_NEEDS,
    compute=_flow,
    sessions=2,
    per_session=True,
)
INFLOW_STREAK = Quantity(
    name="inflow_streak",
    label=Text("连续净流入", "inflow streak"),
    unit=Unit.SESSIONS,
    meaning=Text("连续净流入的交易日数", "sessions in a row with a net inflow"),
    words=("连续净流入天数", "连续净申购"),
    needs=_NEEDS,
    compute=_inflow_streak,
    sessions=STREAK_SESSIONS,
)
INFLOW_STREAK_SUM = Quantity(
    name="inflow_streak_sum",
    label=Text("连续净流入累计", "inflow streak sum"),
    unit=Unit.CNY,
    meaning=Text("本轮连续净流入的合计金额", "sum of the net inflows of the present streak"),
    words=("连续净流入金额", "连续净流入合计"),
    needs=_NEEDS,
    compute=_inflow_streak_sum,
    sessions=STREAK_SESSIONS,
)


@cache
def flow_sum(sessions: int) -> Quantity:
    """Net inflow over this many sessions; unknown when one of them is."""
    return Quantity(
        name=f"flow_{sessions}",
        label=Text(f"近{sessions}日净流入", f"net inflow over {sessions} sessions"),
        unit=Unit.CNY,
        meaning=Text(f"最近{sessions}个交易日净流入之和", f"sum of the net inflows of the last {sessions} sessions"),
        needs=_NEEDS,
        compute=partial(_flow_sum, sessions=sessions),
        sessions=sessions + 1,
    )


FLOW_5, FLOW_20, FLOW_60 = flow_sum(5), flow_sum(20), flow_sum(60)

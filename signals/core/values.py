"""What a share is worth: NAV on the scale of the share count, or its marked stand-in; premiums (2.4)."""

from dataclasses import dataclass

import numpy as np

from signals.core import formulas
from signals.core.corporate import find_actions
from signals.core.field import CLOSE, IOPV, NAV, Axis, Unit
from signals.core.matrix import Bools, Columns, Floats
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import of_class, traded
from signals.core.profile import FundClass
from signals.core.quantity import STALE_SESSIONS, Quantity
from signals.core.room import ROOM
from signals.core.scale import share_scale
from signals.core.series import carried, cells, positive
from signals.core.text import Text


@dataclass(frozen=True, eq=False, slots=True)
class ShareValue:
    """Net value of one share of T, on the scale of the share count of T."""

    values: Floats
    estimated: Bools
    """A stand-in was used: the latest NAV, or the closing IOPV, because NAV(T) is not out."""


def _navs_apart(panel: Panel) -> Floats:
    """NAVs on the scale of the prices in the cells in which shares and prices stand on different scales.

    Between a split's share day and its price day a published NAV may stand on either; the one nearer to the close is
    the one on which the fund was traded, and without a close the one nearer to the NAV from before the split.
    """
    lag, nav = panel.derive(find_actions).price_lag, panel.values(NAV)
    rows, columns = lag.cells
    own, close = (positive(values[rows, columns]) for values in (nav, panel.values(CLOSE)))
    on_one_scale = (rows > 0) & (lag[rows - 1, columns] == 1.0)
    before = np.where(on_one_scale, positive(nav[rows - 1, columns]), np.nan)
    known = np.where(np.isfinite(close), close, before)
    rebased = own * lag.values
    return np.where(np.abs(np.log(rebased / known)) < np.abs(np.log(own / known)), rebased, own)


def _nav_on_price_scale(panel: Panel) -> Floats:
    """Published NAVs on the scale on which each fund was traded."""
    return _replaced(positive(panel.values(NAV)), panel.derive(find_actions).price_lag.cells, _navs_apart(panel))


def _nav_of_share(panel: Panel) -> Floats:
    """Published NAVs on the scale of the share count."""
    lag = panel.derive(find_actions).price_lag
    return _replaced(positive(panel.values(NAV)), lag.cells, _navs_apart(panel) / lag.values)


def _replaced(values: Floats, at: tuple[Columns, Columns], others: Floats) -> Floats:
    """A matrix with other figures in some cells; itself where there are none."""
    if not len(others):
        return values
    out = values.copy()
    out[at] = others
    return out


def share_value(panel: Panel) -> ShareValue:
    """NAV(T); else the latest NAV of the last sessions; else the closing IOPV (2.5)."""
    nav = panel.derive(_nav_of_share)
    values, rows = carried(nav, STALE_SESSIONS)
    panel.derive(share_scale).take_back(values, rows)
    iopv = panel.values(IOPV)
    blank = cells(formulas.ONLY_FIRST_KNOWN(iopv, values))
    told = positive(iopv[blank])
    values[blank] = told / panel.derive(find_actions).price_lag[blank]
    return ShareValue(values, formulas.UNKNOWN_OR(nav, panel.estimated(NAV)))


def _nav_change(panel: Panel) -> Measure:
    actions = panel.derive(find_actions)
    nav, pending = panel.derive(_nav_of_share), actions.pending
    moved = ROOM.empty(nav.shape, np.float64)
    moved[:1] = np.nan
    formulas.NAV_CHANGE.fill(moved[1:], nav[1:], nav[:-1], pending[1:])
    for rows, columns in (actions.share_ratio.cells, actions.cash.cells):
        at = rows, columns
        # The dividend is stated per share as traded; on a split day the NAV may stand on the finer scale.
        whole = (actions.cash[at] / actions.price_lag[at] + nav[at]) * actions.share_ratio[at]
        before = np.where(rows > 0, nav[rows - 1, columns], np.nan)
        moved[at] = formulas.NAV_CHANGE(whole, before, pending[at])
    return Measure(
        values=moved,
        unit=Unit.MOVE,
        inputs=frozenset({NAV}),
        estimated=panel.estimated(NAV),
        late=actions.late,
    )


def _premium_iopv(panel: Panel) -> Measure:
    # Outside its foreign session a cross-border fund's IOPV stands still: what it gives is an estimate.
    stale = np.broadcast_to(of_class(panel, frozenset({FundClass.CROSS_BORDER})), panel.shape(Axis.FUND))
    return Measure(
        values=_premium(panel, panel.values(IOPV)),
        unit=Unit.FRACTION,
        inputs=frozenset({CLOSE, IOPV}),
        estimated=stale,
    )


def _premium_nav(panel: Panel) -> Measure:
    actions = panel.derive(find_actions)
    return Measure(
        values=np.where(actions.pending, np.nan, _premium(panel, panel.derive(_nav_on_price_scale))),
        unit=Unit.FRACTION,
        inputs=frozenset({CLOSE, NAV}),
        estimated=panel.estimated(NAV),
        late=actions.late,
    )


def _premium_latest_nav(panel: Panel) -> Measure:
    actions = panel.derive(find_actions)
    reference, rows = carried(panel.derive(_nav_of_share), STALE_SESSIONS)
    panel.derive(share_scale).take_back(reference, rows)
    reference[actions.price_lag.cells] *= actions.price_lag.values
    return Measure(
        values=np.where(actions.pending, np.nan, _premium(panel, reference)),
        unit=Unit.FRACTION,
        inputs=frozenset({CLOSE, NAV}),
        estimated=panel.estimated(NAV) | (rows != np.arange(len(rows))[:, None]),
        rows=np.maximum(rows, 0),
        late=actions.late,
    )


def _premium(panel: Panel, reference: Floats) -> Floats:
    return formulas.PREMIUM(panel.values(CLOSE), reference, panel.derive(traded))


NAV_CHANGE = Quantity(
    name="nav_change",
    label=Text("净值涨跌幅", "NAV change"),
    unit=Unit.MOVE,
    meaning=Text("单位净值的当日涨跌，分红与拆分已还原", "move of the NAV in the session, dividends and splits apart"),
    words=("净值涨幅",),
    opposite=("净值跌幅",),
    needs=frozenset({NAV}),
    compute=_nav_change,
    sessions=2,
    per_session=True,
)
PREMIUM_IOPV = Quantity(
    name="premium_iopv",
    label=Text("收盘溢价率（IOPV）", "closing premium over IOPV"),
    unit=Unit.FRACTION,
    meaning=Text("收盘价÷收盘时IOPV−1", "close over the closing IOPV, less one"),
    words=("溢价率", "收盘溢价率", "溢价", "折溢价率", "premium", "closing premium"),
    opposite=("折价率", "折价", "收盘折价率", "discount"),
    needs=frozenset({CLOSE, IOPV}),
    compute=_premium_iopv,
)
PREMIUM_LATEST_NAV = Quantity(
    name="premium_latest_nav",
    label=Text("溢价率（最近净值）", "premium over the latest NAV"),
    unit=Unit.FRACTION,
    meaning=Text(
        "收盘价÷最近一次公布的净值−1，注明净值日期", "close over the latest published NAV, less one; dated by the NAV"
    ),
    words=("最近净值溢价率",),
    needs=frozenset({CLOSE}),
    compute=_premium_latest_nav,
)
"""Over an older NAV where that of the day is not out; its figure is dated by the NAV."""
PREMIUM_NAV = Quantity(
    name="premium_nav",
    label=Text("溢价率（净值）", "premium over NAV"),
    unit=Unit.FRACTION,
    meaning=Text("收盘价÷当日净值−1", "close over the NAV of the same session, less one"),
    words=("净值溢价率", "nav premium"),
    opposite=("净值折价率", "nav discount"),
    needs=frozenset({CLOSE, NAV}),
    compute=_premium_nav,
)

"""Quantities of a fund's size: shares, AUM, their growth since the month's or year's turn (2.6)."""

import numpy as np

from signals.core import formulas
from signals.core.corporate import counted_shares, find_actions
from signals.core.field import CLOSE, IOPV, NAV, SHARES, Axis, Unit
from signals.core.flows import FLOW
from signals.core.matrix import Bools, Columns, Floats
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.quantity import Quantity, Scale
from signals.core.scale import share_scale
from signals.core.series import against_base, against_previous, base_rows, first_rows, growth_from, previous
from signals.core.text import Text
from signals.core.values import share_value

_NEEDS = frozenset({SHARES})


def count_scale(panel: Panel) -> Scale:
    """What makes share counts of different sessions comparable: one over the splits so far, where those are known."""
    actions = panel.derive(find_actions)
    factors = 1.0 / panel.derive(share_scale).factors
    return Scale(factors, actions.pending | actions.unsettled | actions.late)


def _shares(panel: Panel) -> Measure:
    return Measure(
        values=panel.derive(counted_shares),
        unit=Unit.SHARES,
        inputs=_NEEDS,
        estimated=panel.estimated(SHARES),
    )


def _aum(panel: Panel) -> Measure:
    """A jump of the count is no flow, yet once the next price shows no split it is what the fund has."""
    actions, value = panel.derive(find_actions), panel.derive(share_value)
    return Measure(
        values=formulas.AUM(panel.derive(counted_shares), value.values, actions.unscaled),
        unit=Unit.CNY,
        inputs=frozenset({SHARES, NAV, IOPV}),
        estimated=value.estimated | panel.estimated(SHARES),
        late=actions.late,
    )


def _flow_share(panel: Panel) -> Measure:
    flow, aum = FLOW.on(panel), AUM.on(panel)
    return Measure(
        values=against_previous(np.divide, flow.values, aum.values),
        unit=Unit.FRACTION,
        inputs=flow.inputs,
        estimated=flow.soft | previous(aum.soft, fill=False),
        late=flow.late,
    )


def _aum_change_month(panel: Panel) -> Measure:
    aum = AUM.on(panel)
    base = base_rows(panel.sessions, monthly=True)
    return Measure(
        values=against_base(np.subtract, aum.values, base),
        unit=Unit.CNY_CHANGE,
        inputs=aum.inputs,
        estimated=against_base(np.logical_or, aum.soft, base, alone=aum.soft),
        late=aum.late,
    )


def unsplit_shares(panel: Panel) -> Floats:
    """Published share counts on the scale of the panel's first session."""
    return panel.derive(share_scale).unsplit(panel.derive(counted_shares))


def _share_growth_ytd(panel: Panel) -> Measure:
    actions = panel.derive(find_actions)
    growth = growth_from(panel.derive(unsplit_shares), base_rows(panel.sessions, monthly=False))
    formulas.SETTLED.fill(growth, growth, actions.pending, actions.unsettled)
    return Measure(
        values=growth,
        unit=Unit.FRACTION,
        inputs=_NEEDS,
        estimated=panel.estimated(SHARES),
        late=actions.late,
    )


def without_year_base(panel: Panel) -> Bools:
    """Funds that did not exist at the turn of the year: left out of growth ranks, not counted as unknown.

    A fund is new when its listing day says so, or, where that is not known, when nothing was seen of it up to
    the base session, whose table of counts exists.
    """
    base = base_rows(panel.sessions, monthly=False)
    shares, first = panel.derive(counted_shares), panel.derive(first_seen)
    listed = [panel.profiles[code].listed for code in panel.subjects[Axis.FUND]]
    listing_year = np.array([day.year if day else 0 for day in listed])
    # Nothing of it changes within a year.
    years, row, own = np.unique([day.year for day in panel.sessions], return_index=True, return_inverse=True)
    turn = base[row][:, None]
    told = np.isfinite(shares[turn[:, 0]]).any(axis=1, keepdims=True) & (turn >= 0)
    new = ((first > turn) & told & (listing_year == 0)) | (listing_year == years[:, None])
    return np.asarray(new[own])


def first_seen(panel: Panel) -> Columns:
    """The first session on which anything was seen of each fund; one past the last where nothing was."""
    return first_rows(formulas.EITHER_KNOWN(panel.derive(counted_shares), panel.values(CLOSE)))


MONTH_SESSIONS, YEAR_SESSIONS = 25, 250
"""No month and no year has more sessions."""

SHARE_COUNT = Quantity(
    name="shares",
    label=Text("份额", "shares"),
    unit=Unit.SHARES,
    meaning=Text("交易所公布的基金份额", "shares outstanding, as the exchange publishes them"),
    words=("总份额", "基金份额", "share count", "shares outstanding"),
    needs=_NEEDS,
    compute=_shares,
    scale=count_scale,
)
AUM = Quantity(
    name="aum",
    label=Text("规模", "AUM"),
    unit=Unit.CNY,
    meaning=Text("份额×净值", "shares times NAV"),
    words=("基金规模", "资产规模", "assets", "fund size"),
    needs=_NEEDS,
    compute=_aum,
)
FLOW_SHARE = Quantity(
    name="flow_share",
    label=Text("净流入占规模", "net inflow over AUM"),
    unit=Unit.FRACTION,
    meaning=Text("净流入÷上一交易日规模", "net inflow over the AUM of the session before"),
    words=("净流入占比", "净申购占规模"),
    sessions=2,
    needs=_NEEDS,
    compute=_flow_share,
)
"""Over the AUM of the session before, into which the money came."""
AUM_CHANGE_MONTH = Quantity(
    name="aum_change_month",
    label=Text("规模较上月末", "AUM change since month-end"),
    unit=Unit.CNY_CHANGE,
    meaning=Text("规模与上月最后一个交易日之差", "AUM less that of the last session of the previous month"),
    words=("规模较上月末变化", "规模变动", "规模变化", "规模增加", "aum change"),
    opposite=("规模减少",),
    needs=_NEEDS,
    compute=_aum_change_month,
    sessions=MONTH_SESSIONS,
)
SHARE_GROWTH_YTD = Quantity(
    name="share_growth_ytd",
    label=Text("年初至今份额增长率", "share growth year to date"),
    unit=Unit.FRACTION,
    meaning=Text(
        "份额相对去年最后一个交易日的增长（剔除拆分），今年上市的没有",
        "growth of the share count since the last session of last year, splits apart; none for funds listed this year",
    ),
    words=("份额增长率", "年内份额增长率", "年初至今份额增长", "share growth"),
    needs=_NEEDS,
    compute=_share_growth_ytd,
    sessions=YEAR_SESSIONS,
)

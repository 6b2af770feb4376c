"""Every quantity by name: of funds, in the order in which an export lists them, and of groups of funds."""

from collections.abc import Mapping

from signals.core.breadth import BREADTH
from signals.core.flows import FLOW, FLOW_5, FLOW_20, FLOW_60, INFLOW_STREAK, INFLOW_STREAK_SUM
from signals.core.group_flows import (
    GROUP_FLOW,
    GROUP_FLOW_5,
    GROUP_FLOW_20,
    GROUP_FUNDS,
    GROUP_FUNDS_OF,
    GROUP_INFLOW_STREAK,
    GROUP_INFLOW_SUM,
    GROUP_OUTFLOW_STREAK,
    GROUP_OUTFLOW_SUM,
)
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import CHANGE, CLOSE_PRICE, DOWN_STREAK, TRADED_VALUE, TURNOVER, UP_STREAK
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, SHARE_COUNT, SHARE_GROWTH_YTD
from signals.core.values import PREMIUM_IOPV, PREMIUM_NAV

FUND_QUANTITIES: Mapping[str, Quantity] = {
    one.name: one
    for one in (
        CLOSE_PRICE,
        CHANGE,
        UP_STREAK,
        DOWN_STREAK,
        TRADED_VALUE,
        TURNOVER,
        PREMIUM_IOPV,
        PREMIUM_NAV,
        SHARE_COUNT,
        FLOW,
        INFLOW_STREAK,
        INFLOW_STREAK_SUM,
        FLOW_5,
        FLOW_20,
        FLOW_60,
        AUM,
        AUM_CHANGE_MONTH,
        SHARE_GROWTH_YTD,
        *(one for name in RANKS for one in (RANKS[name], RANK_SIZES[name])),
    )
}

GROUP_QUANTITIES: Mapping[str, Quantity] = {
    one.name: one
    for by_axis in (
        GROUP_FLOW,
        GROUP_FLOW_5,
        GROUP_FLOW_20,
        GROUP_INFLOW_STREAK,
        GROUP_INFLOW_SUM,
        GROUP_OUTFLOW_STREAK,
        GROUP_OUTFLOW_SUM,
        GROUP_FUNDS,
        GROUP_FUNDS_OF,
    )
    for one in by_axis.values()
} | {one.name: one for one in BREADTH.values()}
"""Of classes of funds, and of the indices that funds track: the money into their funds, and their constituents."""

"""Every quantity by name: one vocabulary for digests, exports, rules and help."""

from collections.abc import Mapping

from signals.core.breadth import BREADTH
from signals.core.financing import FUND_BALANCE, FUND_FINANCING_CHANGE, FUND_FINANCING_STREAK
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
from signals.core.levels import AUM_FROM_HIGH, PRICE_FROM_HIGH, SHARES_FROM_HIGH
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE, MARGIN_BALANCE, SHORT_BALANCE
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import (
    CHANGE,
    CLOSE_PRICE,
    DOWN_STREAK,
    INDEX_CHANGE,
    INDEX_LEVEL,
    TRACKED_CHANGE,
    TRADED_VALUE,
    TURNOVER,
    UP_STREAK,
)
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, FLOW_SHARE, SHARE_COUNT, SHARE_GROWTH_YTD
from signals.core.spot import SPOT, SPOT_CHANGE, SPOT_PREMIUM_IOPV, SPOT_PREMIUM_NAV
from signals.core.standing import (
    AMOUNT_RATIO_20,
    AMOUNT_RATIO_60,
    FLOW_SHARE_PERCENTILE,
    PREMIUM_PERCENTILE,
    PREMIUM_ZSCORE,
)
from signals.core.values import NAV_CHANGE, PREMIUM_IOPV, PREMIUM_LATEST_NAV, PREMIUM_NAV

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
        PRICE_FROM_HIGH,
        AMOUNT_RATIO_20,
        AMOUNT_RATIO_60,
        PREMIUM_ZSCORE,
        PREMIUM_PERCENTILE,
        FLOW_SHARE,
        FLOW_SHARE_PERCENTILE,
        SHARES_FROM_HIGH,
        AUM_FROM_HIGH,
        FUND_BALANCE,
        FUND_FINANCING_CHANGE,
        FUND_FINANCING_STREAK,
    )
}
"""The quantities of a fund that an export lists, in its order."""

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

QUANTITIES: Mapping[str, Quantity] = {
    **FUND_QUANTITIES,
    **{
        one.name: one
        for one in (
            PREMIUM_LATEST_NAV,
            NAV_CHANGE,
            TRACKED_CHANGE,
            SPOT,
            SPOT_CHANGE,
            SPOT_PREMIUM_IOPV,
            SPOT_PREMIUM_NAV,
            INDEX_LEVEL,
            INDEX_CHANGE,
            FINANCING_BALANCE,
            FINANCING_CHANGE,
            SHORT_BALANCE,
            MARGIN_BALANCE,
        )
    },
}
"""All that a rule may speak of: funds first, then indices and the market."""


def fields() -> tuple[Quantity, ...]:
    """The quantities in the order in which help lists them, each with name, label, unit, meaning and freshness."""
    return tuple(QUANTITIES.values())

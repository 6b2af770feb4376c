"""Every quantity of a fund by name, in the order in which an export lists them."""

from collections.abc import Mapping

from signals.core.financing import FUND_BALANCE, FUND_FINANCING_CHANGE, FUND_FINANCING_STREAK
from signals.core.flows import FLOW, FLOW_5, FLOW_20, FLOW_60, INFLOW_STREAK, INFLOW_STREAK_SUM
from signals.core.levels import AUM_FROM_HIGH, PRICE_FROM_HIGH, SHARES_FROM_HIGH
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import CHANGE, CLOSE_PRICE, DOWN_STREAK, TRADED_VALUE, TURNOVER, UP_STREAK
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, FLOW_SHARE, SHARE_COUNT, SHARE_GROWTH_YTD
from signals.core.standing import (
    AMOUNT_RATIO_20,
    AMOUNT_RATIO_60,
    FLOW_SHARE_PERCENTILE,
    PREMIUM_PERCENTILE,
    PREMIUM_ZSCORE,
)
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

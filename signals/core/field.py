"""Names, units and axes of the raw figures that sources deliver."""

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a number counts; decides how a message prints it."""

    CNY = "元"
    SHARES = "份"
    CNY_PER_SHARE = "元/份"
    CNY_CHANGE = "元±"
    """A change of an amount; printed with its sign."""
    CNY_ROUND = "整数元"
    """A round amount that is a mark and no measurement: printed without decimals."""
    FRACTION = "fraction"
    MOVE = "move"
    """A fraction that is a change; printed with its sign."""
    PERCENTILE = "percentile"
    """A fraction that says how many are below."""
    POINTS = "points"
    SESSIONS = "sessions"
    COUNT = "count"
    RANK = "rank"
    RATIO = "ratio"
    TIMES = "倍"
    """How many times as much as something of the same kind."""
    DEVIATIONS = "deviations"
    """Distance from a mean, in standard deviations."""


class Axis(Enum):
    """What the columns of a matrix are."""

    FUND = "fund"
    INDEX = "index"
    MARKET = "market"
    CLASS = "class"
    """Groups of funds by what they hold; summed from their members."""
    TRACKED = "tracked"
    """Groups of funds that track one index, by its key; summed from their members."""
    STOCK = "stock"
    """Constituents of indices; kept beside the panel, which holds none of them."""


@dataclass(frozen=True, slots=True)
class Field:
    """A raw figure with its unit; one matrix of a `Panel`."""

    name: str
    unit: Unit
    axis: Axis = Axis.FUND

    def __hash__(self) -> int:
        """By the name, which no two share: each look into a panel asks for it, and members of an enum take long."""
        return hash(self.name)


OPEN = Field("open", Unit.CNY_PER_SHARE)
HIGH = Field("high", Unit.CNY_PER_SHARE)
LOW = Field("low", Unit.CNY_PER_SHARE)
CLOSE = Field("close", Unit.CNY_PER_SHARE)
PREV_CLOSE = Field("prev_close", Unit.CNY_PER_SHARE)
"""The exchange's own previous close: adjusted on the ex-day of a split or dividend."""
VOLUME = Field("volume", Unit.SHARES)
AMOUNT = Field("amount", Unit.CNY)
IOPV = Field("iopv", Unit.CNY_PER_SHARE)
NAV = Field("nav", Unit.CNY_PER_SHARE)
SHARES = Field("shares", Unit.SHARES)
SPLIT = Field("split_ratio", Unit.RATIO)
"""New shares per old share, as a list of corporate actions states it."""
DIVIDEND = Field("dividend_per_share", Unit.CNY_PER_SHARE)

SPOT_PRICE = Field("spot_price", Unit.CNY_PER_SHARE)
"""The newest price of a session that has not closed; never mistaken for a close."""
SPOT_PREV_CLOSE = Field("spot_prev_close", Unit.CNY_PER_SHARE)
SPOT_AMOUNT = Field("spot_amount", Unit.CNY)
"""Traded so far."""
SPOT_IOPV = Field("spot_iopv", Unit.CNY_PER_SHARE)
"""Of the moment of the price: a price and an IOPV of two tables are minutes apart."""

INDEX_CLOSE = Field("index_close", Unit.POINTS, Axis.INDEX)

FINANCING = Field("financing", Unit.CNY, Axis.MARKET)
SHORT = Field("short", Unit.CNY, Axis.MARKET)
MARGIN_TOTAL = Field("total", Unit.CNY, Axis.MARKET)

FUND_FINANCING = Field("fund_financing", Unit.CNY)
"""Financing balance of one fund (两融明细)."""
FUND_SHORT_SHARES = Field("fund_short_shares", Unit.SHARES)
"""Shares of one fund that are sold short (融券余量)."""

WEIGHT = Field("weight", Unit.FRACTION, Axis.STOCK)
"""Of a stock in an index; all of one index are about 1."""
STOCK_CLOSE = Field("stock_close", Unit.CNY_PER_SHARE, Axis.STOCK)
STOCK_PREV_CLOSE = Field("stock_prev_close", Unit.CNY_PER_SHARE, Axis.STOCK)
STOCK_AMOUNT = Field("stock_amount", Unit.CNY, Axis.STOCK)
LIMIT = Field("limit", Unit.COUNT, Axis.STOCK)
"""1 = closed at its upper limit, −1 = at its lower one."""

"""The arithmetic of quantities cell by cell, each formula in one place; compiled and warmed up like the kernels."""

from typing import Any

import numpy as np

from signals.core.matrix import Bools, Bytes, Floats, Rows, Shorts
from signals.core.twins import Formula, choose

PREMIUM_LIMIT = 0.4
"""A premium beyond this is a reference on another scale (a split, a vendor's unit), not a price."""

NAV_MOVE_LIMIT = 0.25
"""No ETF's NAV moves this much in a session; a split whose share count is still unknown does."""

CALM_STEP = (0.65, 1.4)
"""Steps of the share count between these are neither jumps nor near a clean ratio."""

LEAST_COVERAGE = 0.9
"""Of a group's living funds, by number and by size: with less no total is stated."""

FALLEN, CLOSE_ALONE, SEEN = np.int8(1), np.int8(2), np.int8(4)
"""What prices say of a session, to be summed up: the previous close is not the last close; there is a close and no
previous close; a price is known beside an earlier one."""


def _traded(close: Floats, volume: Floats, volumes_told: Bools) -> Bools:
    bar: Bools = close > 0.0
    return bar & ((volume > 0.0) | ~volumes_told)


def _change(close: Floats, before: Floats, traded: Bools) -> Floats:
    return choose(traded & (before > 0.0), close / before - 1.0, np.nan)


def _premium(close: Floats, reference: Floats, traded: Bools) -> Floats:
    # A suspended fund has a last price and a live reference; the gap between them is nobody's premium.
    premium = close / reference - 1.0
    return choose(traded & (reference > 0.0) & (np.abs(premium) <= PREMIUM_LIMIT), premium, np.nan)


def _nav_change(nav: Floats, before: Floats, pending: Bools) -> Floats:
    moved = nav / before - 1.0
    return choose(pending | (np.abs(moved) > NAV_MOVE_LIMIT), np.nan, moved)


def _turnover(volume: Floats, shares: Floats, traded: Bools) -> Floats:
    return choose(traded, volume / shares, np.nan)


def _flow(shares: Floats, before: Floats, value: Floats, pending: Bools) -> Floats:
    return choose(pending, np.nan, (shares - before) * value)


def _aum(shares: Floats, value: Floats, unscaled: Bools) -> Floats:
    return choose(unscaled, np.nan, shares * value)


def _counted(shares: Floats, pending: Bools) -> Floats:
    return choose(pending | (shares <= 0.0), np.nan, shares)


def _settled(values: Floats, pending: Bools, unsettled: Bools) -> Floats:
    return choose(pending | unsettled, np.nan, values)


def _where(values: Floats, mask: Bools) -> Floats:
    return choose(mask, values, np.nan)


def _times(value: Floats, usual: Floats) -> Floats:
    return choose(usual > 0.0, value / usual, np.nan)


def _smaller_times(value: Floats, usual: Floats, other: Floats) -> Floats:
    times: Floats = np.minimum(value / usual, value / other)
    return choose((usual > 0.0) & (other > 0.0), times, np.nan)


def _above(value: Floats, other: Floats) -> Floats:
    return value / other - 1.0


def _level(gain: Floats, move: Floats) -> Floats:
    return choose(np.isnan(move), np.nan, gain + 1.0)


def _price_says(close: Floats, own_previous: Floats, last_close: Floats) -> Bytes:
    own: Bools = np.isfinite(own_previous)
    here: Bools = np.isfinite(close)
    fallen = FALLEN * ((last_close < own_previous) | (last_close > own_previous))
    return fallen + CLOSE_ALONE * (here & ~own) + SEEN * (np.isfinite(last_close) & (own | here))


def _odd_step(value: Floats, before: Floats) -> Bools:
    step = value / before
    return (step < CALM_STEP[0]) | (step > CALM_STEP[1])


def _first_known(one: Floats, other: Floats) -> Floats:
    return choose(np.isfinite(one), one, other)


def _only_first_known(one: Floats, other: Floats) -> Bools:
    return np.isfinite(one) & ~np.isfinite(other)


def _either_known(one: Floats, other: Floats) -> Bools:
    return np.isfinite(one) | np.isfinite(other)


def _unknown_or(value: Floats, soft: Bools) -> Bools:
    return np.isnan(value) | soft


def _known_among(value: Floats, members: Bools) -> Bools:
    return np.isfinite(value) & members


def _place(place: Shorts) -> Floats:
    return choose(place > 0, np.multiply(place, 1.0), np.nan)


def _known(value: Floats, late: Bools) -> Bools:
    return np.isfinite(value) & ~late


def _timely(value: Floats, late: Bools) -> Floats:
    return choose(late, np.nan, value)


def _known_of(value: Floats, known: Rows, least: Rows) -> Bools:
    stated: Bools = np.isfinite(value) & (known >= least)
    return stated


def _of_another_row(row: Rows, own: Rows) -> Bools:
    other: Bools = (row >= 0) & (row != own)
    return other


def _stated(living: Floats, missing: Floats, known: Floats, known_size: Floats, size: Floats) -> Bools:
    whole: Bools = (living > 0.0) & (missing == 0.0)
    return whole & (known >= LEAST_COVERAGE * living) & (known_size >= LEAST_COVERAGE * size)


def _any_of(one: Bools, two: Bools, three: Bools) -> Bools:
    return one | two | three


TRADED = Formula(_traded, "floats floats flags", np.bool_)
CHANGE = Formula(_change, "floats floats flags", np.float64)
PREMIUM = Formula(_premium, "floats floats flags", np.float64)
NAV_CHANGE = Formula(_nav_change, "floats floats flags", np.float64)
TURNOVER = Formula(_turnover, "floats floats flags", np.float64)
FLOW = Formula(_flow, "floats floats floats flags", np.float64)
AUM = Formula(_aum, "floats floats flags", np.float64)
COUNTED = Formula(_counted, "floats flags", np.float64)
SETTLED = Formula(_settled, "floats flags flags", np.float64)
WHERE = Formula(_where, "floats flags", np.float64)
TIMES = Formula(_times, "floats floats", np.float64)
SMALLER_TIMES = Formula(_smaller_times, "floats floats floats", np.float64)
ABOVE = Formula(_above, "floats floats", np.float64)
LEVEL = Formula(_level, "floats floats", np.float64)
PRICE_SAYS = Formula(_price_says, "floats floats floats", np.int8)
ODD_STEP = Formula(_odd_step, "floats floats", np.bool_)
FIRST_KNOWN = Formula(_first_known, "floats floats", np.float64)
ONLY_FIRST_KNOWN = Formula(_only_first_known, "floats floats", np.bool_)
EITHER_KNOWN = Formula(_either_known, "floats floats", np.bool_)
UNKNOWN_OR = Formula(_unknown_or, "floats flags", np.bool_)
KNOWN_AMONG = Formula(_known_among, "floats flags", np.bool_)
PLACE = Formula(_place, "shorts", np.float64)
KNOWN = Formula(_known, "floats flags", np.bool_)
TIMELY = Formula(_timely, "floats flags", np.float64)
KNOWN_OF = Formula(_known_of, "floats rows rows", np.bool_)
OF_ANOTHER_ROW = Formula(_of_another_row, "rows rows", np.bool_)
STATED = Formula(_stated, "floats floats floats floats floats", np.bool_)
ANY_OF = Formula(_any_of, "flags flags flags", np.bool_)

FORMULAS: tuple[Formula[Any], ...] = tuple(one for one in list(vars().values()) if isinstance(one, Formula))

"""How far a fund's price, share count or AUM is above everything of its last sessions, or below it."""

from functools import cache, partial

import numpy as np

from signals.core.corporate import find_actions
from signals.core.field import CLOSE, PREV_CLOSE, SHARES, Unit
from signals.core.flows import counted_shares
from signals.core.matrix import Floats
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import CHANGE, traded
from signals.core.quantity import Quantity
from signals.core.scale import share_scale
from signals.core.series import previous
from signals.core.sizes import AUM
from signals.core.standing import LEAST_SHARE, YEAR_SESSIONS
from signals.core.text import Text
from signals.core.windows import highest_before


def _price_level(panel: Panel) -> Measure:
    """Logarithm of the price with splits and dividends put back: the sum of the day's moves.

    Moves are against the exchange's own previous close, so a raw close that halves in a split is no fall,
    and a dividend none either. A session without a trade adds no move and has no level; the first trade has
    one even where nobody says what it moved from.
    """
    moves, seen = np.log1p(CHANGE.on(panel).values), panel.derive(traded)
    moved = np.isfinite(moves)
    first = seen & ~previous(np.logical_or.accumulate(seen, axis=0), fill=False)
    moves[~moved] = 0.0
    level = np.cumsum(moves, axis=0, out=moves)
    level[~(moved | first)] = np.nan
    return Measure(values=level, unit=Unit.MOVE, inputs=frozenset({CLOSE, PREV_CLOSE}))


def _share_level(panel: Panel) -> Measure:
    """Logarithm of the share count on the scale of the panel's first session."""
    actions = panel.derive(find_actions)
    scale = panel.derive(share_scale).factors
    counts = panel.derive(counted_shares) / scale
    counts[actions.pending | actions.unsettled] = np.nan
    return Measure(
        values=np.log(counts, out=counts),
        unit=Unit.MOVE,
        inputs=frozenset({SHARES}),
        estimated=panel.estimated(SHARES),
        late=actions.late,
    )


def _aum_level(panel: Panel) -> Measure:
    aum = AUM.on(panel)
    return Measure(
        values=np.log(aum.values),
        unit=Unit.MOVE,
        inputs=aum.inputs,
        estimated=aum.estimated,
        late=aum.late,
    )


PRICE_LEVEL = Quantity(
    name="price_level",
    label=Text("复权价格", "adjusted price"),
    unit=Unit.MOVE,
    meaning=Text("累计涨跌的对数", "logarithm of the compound change"),
    needs=frozenset({CLOSE}),
    compute=_price_level,
)
SHARE_LEVEL = Quantity(
    name="shares_level",
    label=Text("份额", "shares"),
    unit=Unit.MOVE,
    meaning=Text("拆分调整后份额的对数", "logarithm of the shares, splits taken out"),
    needs=frozenset({SHARES}),
    compute=_share_level,
)
AUM_LEVEL = Quantity(
    name="aum_level",
    label=Text("规模", "AUM"),
    unit=Unit.MOVE,
    meaning=Text("规模的对数", "logarithm of the AUM"),
    needs=frozenset({SHARES}),
    compute=_aum_level,
)
"""Levels are logarithms: only their differences mean something."""

_ROUNDING = 1e-9
"""Sums of logarithms that differ by less are the same level: an unchanged price is no new high."""


def _from_high(panel: Panel, *, of: Quantity, sessions: int, least_known: int) -> Measure:
    level = of.on(panel)
    high = highest_before(level.values, sessions, least_known)
    apart = np.subtract(level.values, high, out=high)
    return Measure(
        values=_settled(np.expm1(apart, out=apart)),
        unit=Unit.MOVE,
        inputs=level.inputs,
        estimated=level.estimated,
        late=level.late,
    )


def _settled(values: Floats) -> Floats:
    """The same matrix, without differences that are but rounding."""
    values[(values < _ROUNDING) & (values > -_ROUNDING)] = 0.0
    return values


@cache
def from_high(of: Quantity, sessions: int, least_known: int) -> Quantity:
    """Distance of a level from the highest of the `sessions` before: above 0 it is a new high, by so much.

    Unknown where fewer than `least_known` of those are known.
    """
    name = of.name.removesuffix("_level")
    return Quantity(
        name=f"{name}_from_high_{sessions}",
        label=Text(f"{of.label.zh}距近{sessions}日高点", f"{of.label.en} against the high of {sessions} sessions"),
        unit=Unit.MOVE,
        meaning=Text(
            f"{of.label.zh}与此前{sessions}个交易日最高值之比减1，大于0即创新高",
            f"{of.label.en} over its highest of the {sessions} sessions before, less 1; above 0 is a new high",
        ),
        sessions=sessions + 1,
        needs=of.needs,
        compute=partial(_from_high, of=of, sessions=sessions, least_known=least_known),
    )


PRICE_FROM_HIGH, SHARES_FROM_HIGH, AUM_FROM_HIGH = (
    from_high(one, YEAR_SESSIONS, round(YEAR_SESSIONS * LEAST_SHARE)) for one in (PRICE_LEVEL, SHARE_LEVEL, AUM_LEVEL)
)

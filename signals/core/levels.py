"""How far a fund's price, share count or AUM is above everything of its last sessions, or below it."""

from dataclasses import replace
from functools import cache, partial

import numpy as np

from signals.core import formulas
from signals.core.corporate import find_actions
from signals.core.field import CLOSE, PREV_CLOSE, SHARES, Unit
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import CHANGE, traded
from signals.core.quantity import Quantity
from signals.core.runs import compounded_since
from signals.core.series import first_rows
from signals.core.sizes import AUM, unsplit_shares
from signals.core.standing import LEAST_SHARE, YEAR_SESSIONS
from signals.core.text import Text
from signals.core.windows import highest_before


def _price_level(panel: Panel) -> Measure:
    """The price with splits and dividends put back, 1 before the panel's first session: the day's moves compounded.

    Moves are against the exchange's own previous close, so a raw close that halves in a split is no fall,
    and a dividend none either. A session without a trade adds no move and has no level; the first trade has
    one even where nobody says what it moved from.
    """
    moves, first = CHANGE.on(panel).values, first_rows(panel.derive(traded))
    level = compounded_since(moves, np.zeros(moves.shape, dtype=np.int32))
    columns = np.flatnonzero(first < len(moves))
    begun = 1.0 + level[first[columns], columns]
    formulas.LEVEL.fill(level, level, moves)
    level[first[columns], columns] = begun
    return Measure(values=level, unit=Unit.RATIO, inputs=frozenset({CLOSE, PREV_CLOSE}))


def _share_level(panel: Panel) -> Measure:
    actions, counts = panel.derive(find_actions), panel.derive(unsplit_shares)
    return Measure(
        values=formulas.SETTLED(counts, actions.pending, actions.unsettled),
        unit=Unit.SHARES,
        inputs=frozenset({SHARES}),
        estimated=panel.estimated(SHARES),
        late=actions.late,
    )


PRICE_LEVEL = Quantity(
    name="price_level",
    label=Text("复权价格", "adjusted price"),
    unit=Unit.RATIO,
    meaning=Text("累计涨跌，起点为1", "compound change on a start of 1"),
    needs=frozenset({CLOSE}),
    compute=_price_level,
)
SHARE_LEVEL = Quantity(
    name="shares_level",
    label=Text("份额", "shares"),
    unit=Unit.SHARES,
    meaning=Text("拆分调整后的份额", "shares, splits taken out"),
    needs=frozenset({SHARES}),
    compute=_share_level,
)
"""Levels mean something beside one another: what they start from differs from panel to panel."""

ROUNDING = 1e-9
"""Levels that differ by less are the same but for rounding: an unchanged price is no new high."""


def above_high(panel: Panel, of: Quantity, sessions: int, least_known: int) -> Measure:
    """Distance of a level from the highest of the `sessions` before, with differences that are but rounding."""
    level = of.on(panel)
    high = highest_before(level.values, sessions, least_known)
    formulas.ABOVE.fill(high, level.values, high)
    return Measure(
        values=high,
        unit=Unit.MOVE,
        inputs=level.inputs,
        estimated=level.estimated,
        late=level.late,
    )


def settled(above: Measure) -> Measure:
    """A distance without what is but rounding: a reader is told of nothing that is not there."""
    values = above.values
    return replace(above, values=np.where((values < ROUNDING) & (values > -ROUNDING), 0.0, values))


def _from_high(panel: Panel, *, of: Quantity, sessions: int, least_known: int) -> Measure:
    return settled(above_high(panel, of, sessions, least_known))


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
    from_high(one, YEAR_SESSIONS, round(YEAR_SESSIONS * LEAST_SHARE)) for one in (PRICE_LEVEL, SHARE_LEVEL, AUM)
)

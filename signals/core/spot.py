"""Quantities within a session: the move since the last close, and premiums over IOPV and over the latest NAV (2.2, 2.4)."""

import numpy as np

from signals.core.field import CLOSE, NAV, SPOT_IOPV, SPOT_PREV_CLOSE, SPOT_PRICE, Axis, Unit
from signals.core.formulas import PREMIUM_LIMIT
from signals.core.matrix import Floats
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import as_measure, of_class
from signals.core.profile import FundClass
from signals.core.quantity import Quantity
from signals.core.series import positive, previous
from signals.core.text import Text
from signals.core.values import PREMIUM_LATEST_NAV


def _price(panel: Panel) -> Measure:
    return as_measure(panel, SPOT_PRICE)


def _since_close(panel: Panel) -> Floats:
    """Price over the exchange's own previous close, which an ex-day has adjusted already."""
    return positive(panel.values(SPOT_PRICE)) / positive(panel.values(SPOT_PREV_CLOSE))


def _change(panel: Panel) -> Measure:
    return Measure(
        values=panel.derive(_since_close) - 1, unit=Unit.MOVE, inputs=frozenset({SPOT_PRICE, SPOT_PREV_CLOSE})
    )


def _over_iopv(panel: Panel) -> Measure:
    premium = positive(panel.values(SPOT_PRICE)) / positive(panel.values(SPOT_IOPV)) - 1
    abroad = np.broadcast_to(of_class(panel, frozenset({FundClass.CROSS_BORDER})), panel.shape(Axis.FUND))
    return Measure(
        values=_sane(premium),
        unit=Unit.FRACTION,
        inputs=frozenset({SPOT_PRICE, SPOT_IOPV}),
        estimated=abroad,
    )


def _over_nav(panel: Panel) -> Measure:
    """The premium at the last close over the latest NAV, carried on by the move since.

    So a split or a dividend that takes effect within the session is no premium: the exchange's previous
    close is on the new scale, and the premium of the session before was taken on the old one.
    """
    before = PREMIUM_LATEST_NAV.on(panel)
    rows = np.zeros(before.values.shape, dtype=np.int64) if before.rows is None else before.rows
    premium = panel.derive(_since_close) * (1 + previous(before.values)) - 1
    return Measure(
        values=_sane(np.where(of_class(panel, frozenset({FundClass.CROSS_BORDER})), premium, np.nan)),
        unit=Unit.FRACTION,
        inputs=frozenset({SPOT_PRICE, CLOSE, NAV}),
        estimated=np.ones(premium.shape, dtype=np.bool_),
        rows=previous(rows, fill=0),
    )


def _sane(premium: Floats) -> Floats:
    return np.where(np.abs(premium) <= PREMIUM_LIMIT, premium, np.nan)


_NEEDS = frozenset({SPOT_PRICE})
SPOT = Quantity(
    name="spot_price",
    label=Text("现价", "price now"),
    unit=Unit.CNY_PER_SHARE,
    meaning=Text("交易时段内的最新价", "newest price while the exchanges trade"),
    words=("最新价", "盘中价", "last price"),
    needs=_NEEDS,
    compute=_price,
)
SPOT_CHANGE = Quantity(
    name="spot_change",
    label=Text("盘中涨跌幅", "change since the close"),
    unit=Unit.MOVE,
    meaning=Text("现价÷交易所前收盘价−1", "price over the exchange's previous close, less 1"),
    words=("盘中涨幅", "盘中涨跌", "intraday change"),
    opposite=("盘中跌幅",),
    needs=_NEEDS,
    compute=_change,
)
SPOT_PREMIUM_IOPV = Quantity(
    name="spot_premium_iopv",
    label=Text("盘中溢价率（IOPV）", "intraday premium over IOPV"),
    unit=Unit.FRACTION,
    meaning=Text("现价÷同一时刻的IOPV−1", "price over the IOPV of the same moment, less 1"),
    words=("盘中溢价率", "盘中溢价", "intraday premium"),
    opposite=("盘中折价率", "盘中折价", "intraday discount"),
    needs=frozenset({SPOT_PRICE, SPOT_IOPV}),
    compute=_over_iopv,
)
SPOT_PREMIUM_NAV = Quantity(
    name="spot_premium_nav",
    label=Text("盘中溢价率（最近净值）", "intraday premium over the latest NAV"),
    unit=Unit.FRACTION,
    meaning=Text(
        "跨境基金现价÷最近一次公布的净值−1", "of a cross-border fund: price over its latest published NAV, less 1"
    ),
    words=("盘中净值溢价率", "intraday nav premium"),
    needs=_NEEDS,
    compute=_over_nav,
)
"""Of cross-border funds, whose NAV is days late and whose IOPV stands still while their market sleeps."""

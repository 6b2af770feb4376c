"""Quantities of a session's trading: close, change, streaks, traded value, turnover (2.1, 2.2)."""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from signals.core import formulas
from signals.core.corporate import find_actions
from signals.core.field import AMOUNT, CLOSE, INDEX_CLOSE, PREV_CLOSE, SHARES, VOLUME, Axis, Field, Unit
from signals.core.matrix import Bools, Columns, Floats, Rows
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.profile import FundClass
from signals.core.quantity import STALE_SESSIONS, Quantity, Scale
from signals.core.runs import runs
from signals.core.scale import share_scale
from signals.core.series import Scalar, carried, cells, positive, previous
from signals.core.text import Text

STREAK_SESSIONS = 60
"""How far back a streak is worth following."""


def as_measure(panel: Panel, one: Field) -> Measure:
    """A raw field as a measure."""
    return Measure(values=panel.values(one), unit=one.unit, inputs=frozenset({one}), estimated=panel.estimated(one))


def of_class(panel: Panel, classes: frozenset[FundClass]) -> Bools:
    """Which funds belong to one of the classes."""
    return panel.derive(_members(classes))


@cache
def _members(classes: frozenset[FundClass]) -> Callable[[Panel], Bools]:
    """One function for one set of classes, so that a panel is gone through once for all who ask."""
    chosen = np.array([one in classes for one in FundClass])
    return lambda panel: chosen[panel.derive(_class_numbers)]


def _class_numbers(panel: Panel) -> Columns:
    """Place of each fund's class among all of them."""
    numbers = {one: at for at, one in enumerate(FundClass)}
    return np.array([numbers[panel.profiles[code].fund_class] for code in panel.subjects[Axis.FUND]], dtype=np.int64)


def traded(panel: Panel) -> Bools:
    """Where a fund really traded: a bar, and volume where its exchange's table has volumes at all."""
    return formulas.TRADED(panel.values(CLOSE), panel.values(VOLUME), panel.told(VOLUME))


def _change(panel: Panel) -> Measure:
    before = panel.derive(find_actions).prev_close
    moved = formulas.CHANGE(panel.values(CLOSE), before, panel.derive(traded))
    return Measure(values=moved, unit=Unit.MOVE, inputs=frozenset({CLOSE, PREV_CLOSE}))


def price_scale(panel: Panel) -> Scale:
    """What makes closes of different sessions comparable.

    Each session's factor is the one before times the last close over the exchange's previous close, which is
    adjusted for splits and dividends; that of T rests on figures of T and before alone.
    """
    close = positive(panel.values(CLOSE))
    last = previous(carried(close, len(close))[0])
    ratio = last / positive(panel.derive(find_actions).prev_close)
    step = np.where(np.isfinite(close) & np.isfinite(ratio), ratio, 1.0)
    return Scale(np.asarray(np.cumprod(step, axis=0)), np.zeros(close.shape, dtype=np.bool_))


def _streak(panel: Panel, *, rising: bool) -> Measure:
    change = CHANGE.on(panel)
    length = runs(change.values, rising=rising).length.astype(np.float64)
    return Measure(
        values=np.where(np.isfinite(change.values), length, np.nan), unit=Unit.SESSIONS, inputs=change.inputs
    )


def _up_streak(panel: Panel) -> Measure:
    return _streak(panel, rising=True)


def _down_streak(panel: Panel) -> Measure:
    return _streak(panel, rising=False)


def shares_on_price_scale(panel: Panel) -> tuple[Floats, Measure]:
    """Share counts to divide a session's volume by, and the published counts they come from.

    The count of T once it is published, until then the newest one; brought to the scale on which T was
    traded, so that a split between the two does not look like turnover.
    """
    actions = panel.derive(find_actions)
    counts, rows = carried(formulas.COUNTED(panel.values(SHARES), actions.pending), STALE_SESSIONS)
    # A count that only the next session's price explains is not used of its own day, then or later.
    _put_off(counts, actions.late, np.nan)
    _put_off(rows, actions.late, -1)
    measure = Measure(
        values=counts,
        unit=Unit.SHARES,
        inputs=frozenset({SHARES}),
        rows=rows,
        estimated=_of_rows(panel.estimated(SHARES), rows),
    )
    shares = panel.derive(share_scale).brought(counts, rows)
    shares[actions.price_lag.cells] /= actions.price_lag.values
    return shares, measure


def _put_off(values: npt.NDArray[Scalar], late: Bools, fill: float) -> None:
    """What came late gives way to what the session before had; `fill` before the first."""
    rows, columns = cells(late)
    values[rows, columns] = np.where(rows > 0, values[rows - 1, columns], fill)


def _of_rows(flags: Bools, rows: Rows) -> Bools:
    """Each cell's flag from the row that is named for it, its own where none is: nearly all name their own."""
    out, own = flags.copy(), np.arange(len(flags), dtype=rows.dtype)[:, None]
    others, columns = cells(formulas.OF_ANOTHER_ROW(rows, own))
    out[others, columns] = flags[rows[others, columns], columns]
    return out


def _turnover(panel: Panel) -> Measure:
    shares, counts = panel.derive(shares_on_price_scale)
    return Measure(
        values=formulas.TURNOVER(panel.values(VOLUME), shares, panel.derive(traded)),
        unit=Unit.FRACTION,
        inputs=frozenset({VOLUME, SHARES}),
        estimated=counts.estimated,
    )


def _index_change(panel: Panel) -> Measure:
    close = positive(panel.values(INDEX_CLOSE))
    return Measure(values=close / previous(close) - 1, unit=Unit.MOVE, inputs=frozenset({INDEX_CLOSE}))


def _tracked_change(panel: Panel) -> Measure:
    """The change of each fund's index in the fund's column; unknown where the panel does not hold the index."""
    change = INDEX_CHANGE.on(panel)
    columns = panel.columns[Axis.INDEX]
    tracked = [columns.get(panel.profiles[code].index_key, -1) for code in panel.subjects[Axis.FUND]]
    blank = np.full((len(panel.sessions), 1), np.nan)
    return Measure(
        values=np.hstack([change.values, blank])[:, tracked], unit=Unit.MOVE, inputs=frozenset({INDEX_CLOSE})
    )


def _close(panel: Panel) -> Measure:
    return as_measure(panel, CLOSE)


def _amount(panel: Panel) -> Measure:
    return as_measure(panel, AMOUNT)


def _index_close(panel: Panel) -> Measure:
    return as_measure(panel, INDEX_CLOSE)


_BAR = frozenset({CLOSE})
CLOSE_PRICE = Quantity(
    name="close",
    label=Text("收盘价", "close"),
    unit=Unit.CNY_PER_SHARE,
    meaning=Text("当日收盘价", "closing price of the session"),
    words=("价格", "收盘", "价", "price"),
    needs=_BAR,
    compute=_close,
    scale=price_scale,
)
CHANGE = Quantity(
    name="change",
    label=Text("涨跌幅", "change"),
    unit=Unit.MOVE,
    meaning=Text(
        "收盘价相对交易所前收盘价的涨跌",
        "close against the exchange's own previous close, so that a dividend is no fall",
    ),
    words=("涨幅", "涨跌", "上涨", "日涨幅", "return", "gain"),
    opposite=("跌幅", "下跌", "loss", "fall"),
    needs=_BAR,
    compute=_change,
    sessions=2,
    per_session=True,
)
UP_STREAK = Quantity(
    name="up_streak",
    label=Text("连涨", "up streak"),
    unit=Unit.SESSIONS,
    meaning=Text("收盘价连续上涨的交易日数", "sessions in a row on which the close rose"),
    words=("连涨天数", "连续上涨", "rising streak"),
    needs=_BAR,
    compute=_up_streak,
    sessions=STREAK_SESSIONS,
)
DOWN_STREAK = Quantity(
    name="down_streak",
    label=Text("连跌", "down streak"),
    unit=Unit.SESSIONS,
    meaning=Text("收盘价连续下跌的交易日数", "sessions in a row on which the close fell"),
    words=("连跌天数", "连续下跌", "falling streak"),
    needs=_BAR,
    compute=_down_streak,
    sessions=STREAK_SESSIONS,
)
TRADED_VALUE = Quantity(
    name="amount",
    label=Text("成交额", "traded value"),
    unit=Unit.CNY,
    meaning=Text("当日成交金额", "money that changed hands in the session"),
    words=("成交金额", "成交", "value traded"),
    needs=_BAR,
    compute=_amount,
    per_session=True,
)
TURNOVER = Quantity(
    name="turnover",
    label=Text("换手率", "turnover"),
    unit=Unit.FRACTION,
    meaning=Text(
        "成交量÷份额；当日份额未公布时用最近一次公布的份额",
        "volume over the share count, the latest published one until that of the session is out",
    ),
    words=("换手", "turnover rate"),
    needs=frozenset({VOLUME}),
    compute=_turnover,
)
_LEVEL = frozenset({INDEX_CLOSE})
INDICES = ("000001", "399001", "399006", "000300", "000905", "000852", "000688", "000985")
"""The main indices, in the order in which the press gives them."""

INDEX_LEVEL = Quantity(
    name="index_close",
    label=Text("点位", "level"),
    unit=Unit.POINTS,
    meaning=Text("指数收盘点位，如“沪深300点位”", "closing level of an index, as in “CSI300 level”"),
    words=("指数点位", "收盘点位"),
    needs=_LEVEL,
    compute=_index_close,
    axis=Axis.INDEX,
)
INDEX_CHANGE = Quantity(
    name="index_change",
    label=Text("涨跌幅", "change"),
    unit=Unit.MOVE,
    meaning=Text("指数当日涨跌，如“沪深300涨跌幅”", "move of an index in the session, as in “CSI300 change”"),
    words=("涨幅", "涨跌", "上涨"),
    opposite=("跌幅", "下跌", "loss", "fall"),
    needs=_LEVEL,
    compute=_index_change,
    axis=Axis.INDEX,
    sessions=2,
    per_session=True,
)
TRACKED_CHANGE = Quantity(
    name="tracked_change",
    label=Text("指数涨跌幅", "change of its index"),
    unit=Unit.MOVE,
    meaning=Text("基金所跟踪指数的当日涨跌", "move of the index that the fund tracks"),
    words=("跟踪指数涨跌幅", "指数涨幅"),
    opposite=("指数跌幅",),
    needs=_LEVEL,
    compute=_tracked_change,
    sessions=2,
    per_session=True,
)

"""Margin trading of the whole market (2.7): SSE + SZSE, both present or no figure."""

import numpy as np

from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT, Axis, Field, Unit
from signals.core.matrix import Bools
from signals.core.measure import Measure
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.quantity import Quantity
from signals.core.series import previous
from signals.core.text import Text


def of_both(panel: Panel) -> Bools:
    """Which market is that of both exchanges together: the only one that is judged."""
    return np.array([one == BOTH_EXCHANGES for one in panel.subjects[Axis.MARKET]], dtype=np.bool_)


def _both(panel: Panel, one: Field) -> Measure:
    """A margin figure with the column of both exchanges filled: as published, else the sum of the two."""
    values = panel.values(one).copy()
    soft = panel.estimated(one).copy()
    both = panel.column(Axis.MARKET, BOTH_EXCHANGES)
    sse, szse = (panel.column(Axis.MARKET, exchange) for exchange in ("SSE", "SZSE"))
    summed = values[:, sse] + values[:, szse]
    values[:, both] = np.where(np.isfinite(summed), summed, values[:, both])
    soft[:, both] |= np.isfinite(summed) & (soft[:, sse] | soft[:, szse])
    return Measure(values=values, unit=Unit.CNY, inputs=frozenset({one}), estimated=soft)


def _financing(panel: Panel) -> Measure:
    return _both(panel, FINANCING)


def _short(panel: Panel) -> Measure:
    return _both(panel, SHORT)


def _total(panel: Panel) -> Measure:
    return _both(panel, MARGIN_TOTAL)


def _financing_change(panel: Panel) -> Measure:
    financing = FINANCING_BALANCE.on(panel)
    return Measure(
        values=financing.values - previous(financing.values),
        unit=Unit.CNY_CHANGE,
        inputs=financing.inputs,
        estimated=financing.soft | previous(financing.soft, fill=False),
    )


_NEEDS = frozenset({FINANCING})
FINANCING_BALANCE = Quantity(
    name="financing",
    label=Text("融资余额", "financing balance"),
    unit=Unit.CNY,
    meaning=Text("两市（沪＋深）融资余额，不含北交所", "financing balance of SSE + SZSE, without BSE"),
    words=("两市融资余额",),
    needs=_NEEDS,
    compute=_financing,
    axis=Axis.MARKET,
)
SHORT_BALANCE = Quantity(
    name="short",
    label=Text("融券余额", "short balance"),
    unit=Unit.CNY,
    meaning=Text("两市（沪＋深）融券余额，不含北交所", "short balance of SSE + SZSE, without BSE"),
    words=("两市融券余额",),
    needs=frozenset({SHORT}),
    compute=_short,
    axis=Axis.MARKET,
)
MARGIN_BALANCE = Quantity(
    name="margin_total",
    label=Text("融资融券余额", "margin total"),
    unit=Unit.CNY,
    meaning=Text("两市融资余额与融券余额之和", "financing and short balance of SSE + SZSE together"),
    words=("两融余额", "两市融资融券余额", "margin balance"),
    needs=frozenset({MARGIN_TOTAL}),
    compute=_total,
    axis=Axis.MARKET,
)
FINANCING_CHANGE = Quantity(
    name="financing_change",
    label=Text("融资余额变动", "change of the financing balance"),
    unit=Unit.CNY_CHANGE,
    meaning=Text("两市融资余额较上一交易日的增减", "financing balance of SSE + SZSE less that of the session before"),
    words=("融资余额变化", "两市融资余额变动", "融资余额增加", "financing change"),
    opposite=("融资余额减少",),
    sessions=2,
    needs=_NEEDS,
    compute=_financing_change,
    axis=Axis.MARKET,
    per_session=True,
)

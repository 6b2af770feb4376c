"""杠杆资金: what is borrowed to buy one fund, and how it changes (2.7).

The balance is that of the exchanges' lists of margin trading security by security. Its change over a session
is the net financing purchase: bought with borrowed money less repaid.
"""

import numpy as np

from signals.core.field import FUND_FINANCING, Unit
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.quantity import Quantity
from signals.core.runs import runs
from signals.core.series import positive, previous
from signals.core.text import Text

_NEEDS = frozenset({FUND_FINANCING})


def _balance(panel: Panel) -> Measure:
    return Measure(
        values=positive(panel.values(FUND_FINANCING)),
        unit=Unit.CNY,
        inputs=_NEEDS,
        estimated=panel.estimated(FUND_FINANCING),
    )


def _change(panel: Panel) -> Measure:
    balance = FUND_BALANCE.on(panel)
    return Measure(
        values=balance.values - previous(balance.values),
        unit=Unit.CNY_CHANGE,
        inputs=_NEEDS,
        estimated=balance.soft | previous(balance.soft, fill=False),
    )


def _streak(panel: Panel) -> Measure:
    change = FUND_FINANCING_CHANGE.on(panel)
    length = runs(change.values).length.astype(np.float64)
    return Measure(
        values=np.where(np.isfinite(change.values), length, np.nan),
        unit=Unit.SESSIONS,
        inputs=_NEEDS,
        estimated=change.estimated,
    )


FUND_BALANCE = Quantity(
    name="fund_financing",
    label=Text("基金融资余额", "fund's financing balance"),
    unit=Unit.CNY,
    meaning=Text("投资者融资买入该基金尚未偿还的金额", "money borrowed to buy the fund and not yet repaid"),
    words=("该基金融资余额", "杠杆资金"),
    needs=_NEEDS,
    compute=_balance,
)
FUND_FINANCING_CHANGE = Quantity(
    name="fund_financing_change",
    label=Text("融资净买入", "net financing purchase"),
    unit=Unit.CNY_CHANGE,
    meaning=Text("基金融资余额的当日变动", "change of the fund's financing balance"),
    words=("杠杆资金净买入",),
    needs=_NEEDS,
    compute=_change,
    per_session=True,
    sessions=2,
)
FUND_FINANCING_STREAK = Quantity(
    name="fund_financing_streak",
    label=Text("连续融资净买入", "streak of net financing purchases"),
    unit=Unit.SESSIONS,
    meaning=Text("基金融资余额连续增加的交易日数", "sessions in a row on which the fund's financing balance grew"),
    words=("连续融资净买入天数",),
    sessions=250,
    needs=_NEEDS,
    compute=_streak,
)

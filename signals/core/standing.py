"""How a fund's figure of the day stands against its own past: z-score, percentile, multiple of its mean."""

from functools import cache, partial

import numpy as np

from signals.core import formulas
from signals.core.field import AMOUNT, CLOSE, Unit
from signals.core.matrix import Floats
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import TRADED_VALUE, traded
from signals.core.quantity import Quantity
from signals.core.sizes import FLOW_SHARE
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV
from signals.core.windows import Usual, against_own_past, known_before, mean_before

YEAR_SESSIONS = 250
"""About a year; what "its own year" means unless a setting says otherwise."""

LEAST_SHARE = 2 / 3
"""So much of a past must be known before a quantity of the vocabulary is stated against it."""


@cache
def own_past(of: Quantity, sessions: int, least_known: int) -> partial[Usual]:
    """A function of the panel: `of` against the `sessions` before; to be given to `Panel.derive`.

    Unknown where fewer than `least_known` of them are known.
    """
    return partial(_usual, of=of, sessions=sessions, least_known=least_known)


def _usual(panel: Panel, *, of: Quantity, sessions: int, least_known: int) -> Usual:
    return against_own_past(of.on(panel).values, sessions, least_known)


def place_in_past(values: Floats, exceeded: Floats, sessions: int) -> tuple[Floats, Floats]:
    """The place of each value among those of its past and itself, 1 = farthest out, and how many those are.

    `exceeded` is the share of the known values of the `sessions` before that it lies beyond (ties count half).
    """
    known = known_before(values, sessions).astype(np.float64)
    # Half a tie more or less is no place; a share times its count is a whole number but for rounding.
    return 1.0 + np.floor((1.0 - exceeded) * known + 1e-6), known + 1.0


def _least(sessions: int) -> int:
    return round(sessions * LEAST_SHARE)


def _against(panel: Panel, *, of: Quantity, sessions: int, ranked: bool) -> Measure:
    measure = of.on(panel)
    usual = panel.derive(own_past(of, sessions, _least(sessions)))
    return Measure(
        values=usual.percentile if ranked else usual.zscore,
        unit=Unit.PERCENTILE if ranked else Unit.DEVIATIONS,
        inputs=measure.inputs,
        estimated=measure.estimated,
        late=measure.late,
    )


def percentile_of(of: Quantity, name: str, sessions: int) -> Quantity:
    """Share of the fund's own values of the `sessions` before that lie below today's; ties count half."""
    return Quantity(
        name=f"{name}_percentile_{sessions}",
        label=Text(f"{of.label.zh}近{sessions}日分位", f"{of.label.en}, percentile of {sessions} sessions"),
        unit=Unit.PERCENTILE,
        meaning=Text(
            f"低于当日{of.label.zh}的天数在此前{sessions}个交易日中的占比",
            f"share of the {sessions} sessions before with a lower {of.label.en}",
        ),
        sessions=sessions + 1,
        needs=of.needs,
        compute=partial(_against, of=of, sessions=sessions, ranked=True),
    )


def zscore_of(of: Quantity, name: str, sessions: int) -> Quantity:
    """Standard deviations above the fund's own mean of the `sessions` before."""
    return Quantity(
        name=f"{name}_zscore_{sessions}",
        label=Text(f"{of.label.zh}近{sessions}日z值", f"{of.label.en}, z-score over {sessions} sessions"),
        unit=Unit.DEVIATIONS,
        meaning=Text(
            f"当日{of.label.zh}高出此前{sessions}个交易日均值几个标准差",
            f"standard deviations of the {of.label.en} above its mean of the {sessions} sessions before",
        ),
        sessions=sessions + 1,
        needs=of.needs,
        compute=partial(_against, of=of, sessions=sessions, ranked=False),
    )


def _amounts(panel: Panel) -> Floats:
    """What was traded; unknown on days without trading."""
    return formulas.WHERE(TRADED_VALUE.on(panel).values, panel.derive(traded))


def _amount_ratio(panel: Panel, *, sessions: int, least_known: int) -> Measure:
    amount = panel.derive(_amounts)
    mean = mean_before(amount, sessions, least_known)
    formulas.TIMES.fill(mean, amount, mean)
    return Measure(
        values=mean,
        unit=Unit.TIMES,
        inputs=frozenset({AMOUNT}),
        estimated=panel.estimated(AMOUNT),
    )


def amount_over_pasts(panel: Panel, sessions: tuple[int, int], least_known: int) -> Floats:
    """The smaller of what `amount_ratio` says of two pasts; unknown where one of them is."""
    amount = panel.derive(_amounts)
    short, long = (mean_before(amount, one, least_known) for one in sessions)
    formulas.SMALLER_TIMES.fill(short, amount, short, long)
    return short


@cache
def amount_ratio(sessions: int, least_known: int) -> Quantity:
    """Traded value over its mean of the `sessions` before, days without trading left out of it."""
    return Quantity(
        name=f"amount_ratio_{sessions}",
        label=Text(f"成交额与近{sessions}日均值之比", f"traded value over its mean of {sessions} sessions"),
        unit=Unit.TIMES,
        meaning=Text(
            f"当日成交额÷此前{sessions}个交易日的日均成交额",
            f"traded value over its mean of the {sessions} sessions before",
        ),
        sessions=sessions + 1,
        needs=frozenset({CLOSE}),
        compute=partial(_amount_ratio, sessions=sessions, least_known=least_known),
    )


AMOUNT_RATIO_20, AMOUNT_RATIO_60 = (amount_ratio(sessions, _least(sessions)) for sessions in (20, 60))
FLOW_SHARE_PERCENTILE = percentile_of(FLOW_SHARE, "flow_share", YEAR_SESSIONS)
PREMIUM_ZSCORE = zscore_of(PREMIUM_IOPV, "premium", 60)
PREMIUM_PERCENTILE = percentile_of(PREMIUM_IOPV, "premium", 60)

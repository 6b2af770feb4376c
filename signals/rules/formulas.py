"""The arithmetic of rules cell by cell: how figures are joined and compared."""

from typing import Any

import numpy as np

from signals.core.matrix import Bools, Floats
from signals.core.twins import Formula, choose
from signals.rules.operators import Operator, Sign

_NEAR = 1e-9
"""Figures that differ by less than this share (of 1, where they are smaller) are equal: rounding is no difference."""


def _some(joined: Floats) -> Floats:
    """What comes to no number is unknown."""
    return choose(np.isinf(joined), np.nan, joined)


def _slack(right: Floats) -> Floats:
    return _NEAR * np.maximum(1.0, np.abs(right))


def _sum(left: Floats, right: Floats) -> Floats:
    return _some(left + right)


def _difference(left: Floats, right: Floats) -> Floats:
    return _some(left - right)


def _product(left: Floats, right: Floats) -> Floats:
    return _some(left * right)


def _quotient(left: Floats, right: Floats) -> Floats:
    return _some(left / right)


def _size(value: Floats) -> Floats:
    return np.abs(value)


def _above(left: Floats, right: Floats) -> Bools:
    return left > right + _slack(right)


def _at_least(left: Floats, right: Floats) -> Bools:
    return left >= right - _slack(right)


def _below(left: Floats, right: Floats) -> Bools:
    return left < right - _slack(right)


def _at_most(left: Floats, right: Floats) -> Bools:
    return left <= right + _slack(right)


def _equal(left: Floats, right: Floats) -> Bools:
    return np.abs(left - right) <= _slack(right)


def _unequal(left: Floats, right: Floats) -> Bools:
    equal: Bools = np.abs(left - right) <= _slack(right)
    return ~equal


def _both_known(left: Floats, right: Floats) -> Bools:
    return np.isfinite(left) & np.isfinite(right)


JOINED: dict[Sign, Formula[np.float64]] = {
    sign: Formula(body, "floats floats", np.float64, inner=[_some])
    for sign, body in (
        (Sign.PLUS, _sum),
        (Sign.MINUS, _difference),
        (Sign.TIMES, _product),
        (Sign.OVER, _quotient),
    )
}

SIZE = Formula(_size, "floats", np.float64)

COMPARED: dict[Operator, Formula[np.bool_]] = {
    operator: Formula(body, "floats floats", np.bool_, inner=[_slack])
    for operator, body in (
        (Operator.ABOVE, _above),
        (Operator.AT_LEAST, _at_least),
        (Operator.BELOW, _below),
        (Operator.AT_MOST, _at_most),
        (Operator.EQUAL, _equal),
        (Operator.UNEQUAL, _unequal),
    )
}
"""How each operator compares; what it says of NaN is not known and left out by its callers."""

BOTH_KNOWN = Formula(_both_known, "floats floats", np.bool_)

RULE_FORMULAS: tuple[Formula[Any], ...] = (*JOINED.values(), SIZE, *COMPARED.values(), BOTH_KNOWN)

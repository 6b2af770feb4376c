"""The arithmetic of rules cell by cell: how figures are joined and compared."""

from typing import Any

import numpy as np

from signals.core.matrix import Bools, Floats
from signals.core.twins import Formula, choose
from signals.rules.operators import Operator, Sign

_NEAR = 1e-9
"""Figures that differ by less than this share (of 1, where they are smaller) are equal: rounding is no difference."""


def _sum(left: Floats, right: Floats) -> Floats:
    joined = left + right
    return choose(np.isinf(joined), np.nan, joined)


def _difference(left: Floats, right: Floats) -> Floats:
    joined = left - right
    return choose(np.isinf(joined), np.nan, joined)


def _product(left: Floats, right: Floats) -> Floats:
    joined = left * right
    return choose(np.isinf(joined), np.nan, joined)


def _quotient(left: Floats, right: Floats) -> Floats:
    joined = left / right
    return choose(np.isinf(joined), np.nan, joined)


def _size(value: Floats) -> Floats:
    return np.abs(value)


def _above(left: Floats, right: Floats) -> Bools:
    return left > right + _NEAR * np.maximum(1.0, np.abs(right))


def _at_least(left: Floats, right: Floats) -> Bools:
    return left >= right - _NEAR * np.maximum(1.0, np.abs(right))


def _below(left: Floats, right: Floats) -> Bools:
    return left < right - _NEAR * np.maximum(1.0, np.abs(right))


def _at_most(left: Floats, right: Floats) -> Bools:
    return left <= right + _NEAR * np.maximum(1.0, np.abs(right))


def _equal(left: Floats, right: Floats) -> Bools:
    return np.abs(left - right) <= _NEAR * np.maximum(1.0, np.abs(right))


def _unequal(left: Floats, right: Floats) -> Bools:
    equal: Bools = np.abs(left - right) <= _NEAR * np.maximum(1.0, np.abs(right))
    return ~equal


def _both_known(left: Floats, right: Floats) -> Bools:
    return np.isfinite(left) & np.isfinite(right)


JOINED: dict[Sign, Formula[np.float64]] = {
    Sign.PLUS: Formula(_sum, "floats floats", np.float64),
    Sign.MINUS: Formula(_difference, "floats floats", np.float64),
    Sign.TIMES: Formula(_product, "floats floats", np.float64),
    Sign.OVER: Formula(_quotient, "floats floats", np.float64),
}
"""What comes to no number is unknown."""

SIZE = Formula(_size, "floats", np.float64)

COMPARED: dict[Operator, Formula[np.bool_]] = {
    Operator.ABOVE: Formula(_above, "floats floats", np.bool_),
    Operator.AT_LEAST: Formula(_at_least, "floats floats", np.bool_),
    Operator.BELOW: Formula(_below, "floats floats", np.bool_),
    Operator.AT_MOST: Formula(_at_most, "floats floats", np.bool_),
    Operator.EQUAL: Formula(_equal, "floats floats", np.bool_),
    Operator.UNEQUAL: Formula(_unequal, "floats floats", np.bool_),
}
"""How each operator compares; what it says of NaN is not known and left out by its callers."""

BOTH_KNOWN = Formula(_both_known, "floats floats", np.bool_)

RULE_FORMULAS: tuple[Formula[Any], ...] = (*JOINED.values(), SIZE, *COMPARED.values(), BOTH_KNOWN)

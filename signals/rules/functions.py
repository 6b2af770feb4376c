"""What may be made of a figure over sessions and among peers, each in its one form."""

from dataclasses import replace
from decimal import Decimal

from signals.core.field import Unit
from signals.core.flows import FLOW, INFLOW_STREAK, flow_sum
from signals.core.peers import RANKED, RANKS
from signals.core.prices import CHANGE, DOWN_STREAK, UP_STREAK
from signals.rules.checks import LEAST_SESSIONS, MAX_SESSIONS, Said, named
from signals.rules.errors import Fault, Reason
from signals.rules.operators import Function, Operator
from signals.rules.tree import Call, Compare, Condition, Expression, Number, Of, Streak, negative, walk, without_minus

_MOVE, _FLOW = Of(CHANGE), Of(FLOW)
_STREAKS = {
    Compare(operator, one, Number(Decimal(0), one.dimension)).text: quantity
    for operator, one, quantity in (
        (Operator.ABOVE, _FLOW, INFLOW_STREAK),
        (Operator.ABOVE, _MOVE, UP_STREAK),
        (Operator.BELOW, _MOVE, DOWN_STREAK),
    )
}
"""Streaks that are figures of their own."""


def over_sessions(function: Function, said: Said, sessions: int) -> Expression:
    """A figure over sessions; raises Fault where a sum means nothing."""
    one = said.figure
    if not named(one):
        raise Fault(Reason.NO_QUANTITY, said.at)
    linear = function in (Function.SUM, Function.MEAN, Function.AGO)
    if linear and (inner := without_minus(one)) is not None:
        return negative(over_sessions(function, replace(said, node=inner), sessions))
    if function is Function.SUM:
        return _summed(said, sessions)
    if function is Function.AGO and isinstance(one, Call) and one.function is Function.AGO:
        return _ago(one.of, one.sessions + sessions, said)
    return Call(function, one, sessions)


def _ago(one: Expression, sessions: int, said: Said) -> Expression:
    if sessions > MAX_SESSIONS:
        raise Fault(Reason.SESSIONS_OUT_OF_RANGE, said.at, least=LEAST_SESSIONS, limit=MAX_SESSIONS)
    return Call(Function.AGO, one, sessions)


def _summed(said: Said, sessions: int) -> Expression:
    one = said.figure
    parts = [each for each in walk(one) if isinstance(each, Of)]
    moves = [each for each in parts if each.quantity.unit is Unit.MOVE]
    if not all(each.quantity.per_session for each in parts) or (moves and not isinstance(one, Of)):
        raise Fault(Reason.NO_SUM, said.at)
    if any(isinstance(each, Call | Streak) for each in walk(one)):
        raise Fault(Reason.NO_SUM, said.at)
    if sessions == 1:
        return one
    return Of(flow_sum(sessions)) if one == _FLOW else Call(Function.SUM, one, sessions)


def streak(condition: Condition) -> Expression:
    """Sessions in a row; one that has a name of its own is called by it."""
    quantity = _STREAKS.get(condition.text)
    return Of(quantity) if quantity else Streak(condition)


def ranked(said: Said) -> Expression:
    """Standing among peers; one that has a name of its own is called by it."""
    one = said.figure
    if not any(isinstance(each, Of) and each.subject is None for each in walk(one)):
        raise Fault(Reason.NO_RANK, said.at)
    for name, quantity in RANKED.items():
        if one == Of(quantity):
            return Of(RANKS[name])
    return Call(Function.RANK, one)


def zero_of(one: Expression) -> Number:
    """Nothing, in the unit of a figure."""
    return Number(Decimal(0), one.dimension)


def directed(one: Expression) -> bool:
    """Whether a figure, or its negative, is a move whose sign says something: 连续3日净流入."""
    inner = without_minus(one) or one
    return isinstance(inner, Of) and inner.quantity.per_session and inner.quantity.unit in _SIGNED


_SIGNED = frozenset({Unit.MOVE, Unit.CNY_CHANGE, FLOW.unit})

"""Rules evaluated cell by cell in plain Python: None is unknown. The specification that `evaluate` is held to."""

import math
from statistics import mean, stdev

from signals.core.field import Axis, Unit
from signals.core.panel import Panel
from signals.core.peers import alive
from signals.rules.operators import Direction, Function, Operator, Sign
from signals.rules.tree import (
    Arithmetic,
    Both,
    Call,
    Compare,
    Condition,
    Cross,
    Either,
    Expression,
    Not,
    Number,
    Of,
    Record,
    Streak,
)

LONGEST_HOLE = 5


class Plain:
    """One panel, looked at one cell at a time."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._known: dict[tuple[str, int, int], float | None] = {}

    def value(self, one: Expression, row: int, column: int) -> float | None:
        key = one.text, row, column
        if key not in self._known:
            found = None if row < 0 else self._value(one, row, column)
            self._known[key] = found if found is not None and math.isfinite(found) else None
        return self._known[key]

    def _value(self, one: Expression, row: int, column: int) -> float | None:
        match one:
            case Number():
                return float(one.value)
            case Of():
                return self._of(one, row, column)
            case Streak():
                return self._streak(one, row, column)
            case Arithmetic():
                left, right = self.value(one.left, row, column), self.value(one.right, row, column)
                if left is None or right is None or (one.sign is Sign.OVER and right == 0):
                    return None
                return {"+": left + right, "-": left - right, "*": left * right}.get(one.sign, left / (right or 1))
            case Call():
                return self._call(one, row, column)

    def _of(self, one: Of, row: int, column: int) -> float | None:
        axis = one.quantity.axis
        if one.subject is not None:
            if one.subject.code not in self._panel.columns[axis]:
                return None
            column = self._panel.columns[axis][one.subject.code]
        return float(one.quantity.on(self._panel).values[row, column])

    def _call(self, one: Call, row: int, column: int) -> float | None:
        now = self.value(one.of, row, column)
        scale = one.of.quantity.scale if isinstance(one.of, Of) and one.function is not Function.ABS else None
        if scale is not None and scale(self._panel).doubtful[row, column]:
            return None
        n = one.sessions
        past = [self._moved(one.of, each, row, column) for each in range(max(0, row - n), row)]
        window = [*past[len(past) - min(len(past), n - 1) :], now]
        known = [each for each in window if each is not None]
        before = [each for each in past if each is not None]
        several = {Function.MEAN: mean, Function.HIGHEST: max, Function.LOWEST: min}
        if one.function in several:
            return several[one.function](known) if _enough(known, n) else None
        if one.function is Function.SUM:
            return _total(one.of, known, n)
        if one.function in (Function.PERCENTILE, Function.ZSCORE):
            return _standing(one.function, now, before, n)
        if one.function is Function.ABS:
            return None if now is None else abs(now)
        return self._moved(one.of, row - n, row, column) if n else self._rank(one.of, row, column)

    def _moved(self, one: Expression, at: int, row: int, column: int) -> float | None:
        """A figure of an earlier session on the scale of a later one."""
        found = self.value(one, at, column)
        if found is None or not isinstance(one, Of) or one.quantity.scale is None:
            return found
        scale = one.quantity.scale(self._panel)
        if scale.doubtful[row, column]:
            return None
        return found * float(scale.factors[at, column] / scale.factors[row, column])

    def _rank(self, one: Expression, row: int, column: int) -> float | None:
        codes = self._panel.subjects[Axis.FUND]
        mine = self._panel.profiles[codes[column]].index_key
        peers = [at for at, code in enumerate(codes) if self._panel.profiles[code].index_key == mine]
        seen = self._alive(row)
        alive = [at for at in peers if seen[at]]
        values = [
            found for at in alive if not self._late(one, row, at) and (found := self.value(one, row, at)) is not None
        ]
        own = self.value(one, row, column)
        if own is None or not seen[column] or self._late(one, row, column):
            return None
        if len(alive) < 3 or len(values) < 0.9 * len(alive):
            return None
        return 1 + sum(each > own for each in values)

    def _alive(self, row: int) -> list[bool]:
        return [bool(one) for one in alive(self._panel)[row]]

    def _streak(self, one: Streak, row: int, column: int) -> float | None:
        if self.truth(one.condition, row, column, late_counts=True) is None:
            return None
        length, hole = 0, 0
        for at in range(row + 1):
            held = self.truth(one.condition, at, column, late_counts=True)
            hole = hole + 1 if held is None else 0
            if held is False or hole > LONGEST_HOLE:
                length = 0
            elif held:
                length += 1
        return float(length)

    def _late(self, one: Expression, row: int, column: int) -> bool:
        match one:
            case Of():
                late = one.quantity.on(self._panel).late
                return late is not None and one.subject is None and bool(late[row, column])
            case Call():
                return one.function is not Function.AGO and self._late(one.of, row, column)
            case Arithmetic():
                return self._late(one.left, row, column) or self._late(one.right, row, column)
            case Streak():
                hindsight = self.truth(one.condition, row, column, late_counts=True)
                return hindsight is not None and self.truth(one.condition, row, column) is None
            case _:
                return False

    def truth(self, one: Condition, row: int, column: int, *, late_counts: bool = False) -> bool | None:
        match one:
            case Not():
                inner = self.truth(one.of, row, column, late_counts=late_counts)
                return None if inner is None else not inner
            case Both() | Either():
                deciding = isinstance(one, Either)
                said = [self.truth(each, row, column, late_counts=late_counts) for each in one.parts]
                if deciding in said:
                    return deciding
                return None if None in said else not deciding
            case _:
                sides = [one.of] if isinstance(one, Record) else [one.left, one.right]
                if not late_counts and any(self._late(each, row, column) for each in sides):
                    return None
                return self._atom(one, row, column)

    def _atom(self, one: Compare | Cross | Record, row: int, column: int) -> bool | None:
        if isinstance(one, Record):
            now = self.value(one.of, row, column)
            past = [self._moved(one.of, at, row, column) for at in range(max(0, row - one.sessions), row)]
            known = [each for each in past if each is not None]
            if now is None or not _enough(known, one.sessions):
                return None
            return now > max(known) if one.direction is Direction.UP else now < min(known)
        now = self._sides(one, row, column)
        if isinstance(one, Compare) or now is None:
            return None if now is None else _compared(one.operator, *now)  # type: ignore[union-attr]
        before = self._sides(one, row - 1, column)
        beyond = Operator.ABOVE if one.direction is Direction.UP else Operator.BELOW
        return None if before is None else _compared(beyond, *now) and not _compared(beyond, *before)

    def _sides(self, one: Compare | Cross, row: int, column: int) -> tuple[float, float] | None:
        left, right = self.value(one.left, row, column), self.value(one.right, row, column)
        return None if left is None or right is None else (left, right)


def _total(one: Expression, known: list[float], sessions: int) -> float | None:
    if isinstance(one, Of) and one.quantity.unit is Unit.MOVE:
        return math.prod(1 + each for each in known) - 1 if _enough(known, sessions) else None
    return sum(known) if len(known) == sessions else None


def _standing(function: Function, now: float | None, before: list[float], sessions: int) -> float | None:
    if now is None or not _enough(before, sessions):
        return None
    if function is Function.PERCENTILE:
        return sum(1.0 if each < now else 0.5 if each == now else 0.0 for each in before) / len(before)
    varies = stdev(before) > 1e-9 * max(1, abs(mean(before)))
    return (now - mean(before)) / stdev(before) if varies else None


def _compared(operator: Operator, left: float, right: float) -> bool:
    equal = abs(left - right) <= 1e-9 * max(1, abs(right))
    return {
        Operator.ABOVE: left > right and not equal,
        Operator.AT_LEAST: left > right or equal,
        Operator.BELOW: left < right and not equal,
        Operator.AT_MOST: left < right or equal,
        Operator.EQUAL: equal,
        Operator.UNEQUAL: not equal,
    }[operator]


def _enough(known: list[float], sessions: int) -> bool:
    return len(known) >= math.ceil(0.8 * sessions)

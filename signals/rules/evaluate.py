"""A rule laid over a panel: where it fires, and where it can be decided at all.

Logic has three values: what rests on an unknown figure is unknown, unless the rest decides it (false and unknown is
false, true or unknown is true). A figure that could not be known on its own session (`Measure.late`) decides nothing
on that day; it counts in the streaks and windows of later ones.
"""

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from signals.core.field import Axis, Unit
from signals.core.matrix import Bools, Floats, Ints
from signals.core.measure import Figure, Measure
from signals.core.panel import Panel
from signals.core.peers import alive, laid_peers
from signals.core.ranks import rank_within
from signals.core.runs import runs
from signals.core.series import previous
from signals.core.windows import against_own_past, rolling_sum
from signals.rules import windows
from signals.rules.formulas import BOTH_KNOWN, COMPARED, JOINED, SIZE
from signals.rules.operators import Direction, Function, Operator
from signals.rules.rule import Rule
from signals.rules.tree import (
    Arithmetic,
    Atom,
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
    walk,
)


@dataclass(frozen=True, eq=False, slots=True)
class Verdicts:
    """A rule's answers; matrices of sessions × funds."""

    fires: Bools
    """Known and true."""
    known: Bools
    """Where it could be decided; elsewhere its silence means nothing."""


def evaluate(rule: Rule, panel: Panel, within: "Evaluation | None" = None) -> Verdicts:
    """Judge every session and fund of a panel; causal, whatever the rule's scope.

    Figures that several rules have in common are worked out once for a panel, or `within` an evaluation of one's own.
    """
    judged = (within or panel.derive(Evaluation)).condition(rule.condition)
    shape = panel.shape(Axis.FUND)
    return Verdicts(np.broadcast_to(judged.fires, shape), np.broadcast_to(judged.known, shape))


def evidence_of(condition: Condition) -> tuple[Expression, ...]:
    """The figures that a condition rests on, each once: what is compared, sums and differences taken apart."""
    found: dict[str, Expression] = {}
    for node in walk(condition):
        if isinstance(node, Compare | Cross):
            for side in (node.left, node.right):
                found |= {one.text: one for one in _figures(side)}
        elif isinstance(node, Record):
            found |= {one.text: one for one in _figures(node.of)}
    return tuple(found.values())


def _figures(one: Expression) -> tuple[Expression, ...]:
    match one:
        case Number():
            return ()
        case Arithmetic():
            return (*_figures(one.left), *_figures(one.right))
        case _:
            return (one,)


class Evaluation:
    """Figures and conditions over one panel, each worked out once; matrices of sessions × funds, or × 1 where all
    funds share a figure."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._measures: dict[str, Measure] = {}

    def measure(self, one: Expression) -> Measure:
        """A figure on every session."""
        if one.text not in self._measures:
            self._measures[one.text] = self._measured(one)
        return self._measures[one.text]

    def figure(self, one: Expression, row: int, column: int) -> Figure | None:
        """A figure of one fund on one session, with every source that it rests on; None where it is not known."""
        measure = self.measure(one)
        shared = measure.values.shape[1] != self._panel.shape(Axis.FUND)[1]
        at = 0 if shared else column
        if not np.isfinite(measure.values[row, at]):
            return None
        own = row if measure.rows is None else int(measure.rows[row, at])
        places = {Axis.FUND: column, **_places(one, self._panel)}
        sources = {
            source
            for axis, place in places.items()
            for source in self._panel.sources(frozenset(i for i in measure.inputs if i.axis is axis), own, place)
        }
        return Figure(
            value=float(measure.values[row, at]),
            unit=measure.unit,
            day=self._panel.sessions[own],
            source=", ".join(sorted(sources)),
            estimated=bool(measure.soft[row, at]),
        )

    def condition(self, one: Condition, *, late_counts: bool = False) -> Verdicts:
        """A condition on every session; with `late_counts` as it stands in hindsight, for streaks that go on."""
        match one:
            case Not():
                judged = self.condition(one.of, late_counts=late_counts)
                return Verdicts(judged.known & ~judged.fires, judged.known)
            case Both():
                return reduce(_both, (self.condition(part, late_counts=late_counts) for part in one.parts))
            case Either():
                return reduce(_either, (self.condition(part, late_counts=late_counts) for part in one.parts))
            case _:
                return self.atom(one, slice(None), late_counts=late_counts)

    def atom(self, one: Atom, rows: Ints | slice, *, late_counts: bool = False) -> Verdicts:
        """A comparison, crossing or record on the given rows."""
        sides = [self.measure(one.of)] if isinstance(one, Record) else [self.measure(one.left), self.measure(one.right)]
        if isinstance(one, Record):
            fires, known = self._record(one, sides[0], rows)
        elif isinstance(one, Cross):
            fires, known = _crossed(one.direction, sides[0].values, sides[1].values, rows)
        else:
            left, right = sides[0].values[rows], sides[1].values[rows]
            fires, known = COMPARED[one.operator](left, right), BOTH_KNOWN(left, right)
        if not late_counts:
            for side in sides:
                # Known and not late, in one pass.
                known = known if side.late is None else np.greater(known, side.late[rows])
        return Verdicts(fires & known, known)

    def _record(self, one: Record, of: Measure, rows: Ints | slice) -> tuple[Bools, Bools]:
        scaled, factors = self._scaled(one.of, of)
        scaled = scaled if one.direction is Direction.UP else -scaled
        past = windows.highest_before(scaled, one.sessions)[rows]
        own = np.isfinite(np.broadcast_to(factors, scaled.shape)[rows])
        return scaled[rows] > past, np.isfinite(scaled[rows] + past) & own

    def _measured(self, one: Expression) -> Measure:
        match one:
            case Number():
                values = np.full((len(self._panel.sessions), 1), float(one.value))
                return Measure(values=values, unit=one.dimension.unit, inputs=frozenset())
            case Of():
                return self._of(one)
            case Call():
                return self._called(one, self.measure(one.of))
            case Streak():
                return self._streak(one)
            case _:
                return self._joined(one)

    def _of(self, one: Of) -> Measure:
        measure = one.quantity.on(self._panel)
        if one.subject is None:
            return measure
        column = self._panel.columns[one.subject.axis].get(one.subject.code)
        if column is None:
            blank = np.full((len(self._panel.sessions), 1), np.nan)
            return Measure(values=blank, unit=measure.unit, inputs=measure.inputs)
        return replace(measure, values=measure.values[:, [column]], estimated=measure.soft[:, [column]])

    def _scaled(self, one: Expression, measure: Measure) -> tuple[Floats, Floats | float]:
        """A figure with its sessions on one scale, and the factors that brought it there."""
        if isinstance(one, Of) and one.quantity.scale is not None:
            scale = self._panel.derive(one.quantity.scale)
            # What does not compare with earlier sessions has no place among them on its own.
            return measure.values * scale.factors, np.where(scale.doubtful, np.nan, scale.factors)
        return measure.values, 1.0

    def _called(self, one: Call, of: Measure) -> Measure:
        match one.function:
            case Function.ABS:
                return replace(of, values=SIZE(of.values), unit=one.dimension.unit)
            case Function.AGO:
                return self._ago(one, of)
            case Function.SUM:
                return _summed(one, of)
            case Function.RANK:
                return self._ranked(of)
            case _:
                return self._windowed(one, of)

    def _windowed(self, one: Call, of: Measure) -> Measure:
        scaled, factors = self._scaled(one.of, of)
        if one.function in _WINDOWS:
            return replace(of, values=_WINDOWS[one.function](scaled, one.sessions) / factors)
        usual = against_own_past(scaled, one.sessions, windows.least_known(one.sessions))
        zscore = one.function is Function.ZSCORE
        standing = np.where(np.isfinite(factors), usual.zscore if zscore else usual.percentile, np.nan)
        return replace(of, values=standing, unit=one.dimension.unit if zscore else Unit.PERCENTILE)

    def _ago(self, one: Call, of: Measure) -> Measure:
        scaled, factors = self._scaled(one.of, of)
        own = np.broadcast_to(np.arange(len(of.values))[:, None], of.values.shape)
        rows = windows.ago((own if of.rows is None else of.rows).astype(np.float64), one.sessions)
        return replace(
            of,
            values=windows.ago(scaled, one.sessions) / factors,
            estimated=windows.ago(of.soft.astype(np.float64), one.sessions) > 0,
            rows=np.nan_to_num(rows).astype(np.int64),
            late=None,
        )

    def _ranked(self, of: Measure) -> Measure:
        ranks = rank_within(of.timely, self._panel.derive(laid_peers), self._panel.derive(alive))
        return replace(of, values=ranks.rank, unit=Unit.RANK)

    def _streak(self, one: Streak) -> Measure:
        hindsight, own = self.condition(one.condition, late_counts=True), self.condition(one.condition)
        steps = np.where(hindsight.known, np.where(hindsight.fires, 1.0, -1.0), np.nan)
        length = runs(steps).length.astype(np.float64)
        inputs = [self.measure(each).inputs for each in evidence_of(one.condition)]
        return Measure(
            values=np.where(hindsight.known, length, np.nan),
            unit=Unit.SESSIONS,
            inputs=frozenset().union(*inputs),
            late=hindsight.known & ~own.known,
        )

    def _joined(self, one: Arithmetic) -> Measure:
        left, right = self.measure(one.left), self.measure(one.right)
        values = JOINED[one.sign](left.values, right.values)
        return Measure(
            values=values,
            unit=one.dimension.unit,
            inputs=left.inputs | right.inputs,
            estimated=_either_is(left.estimated, right.estimated, values.shape),
            late=_either_is(left.late, right.late, values.shape),
        )


def _places(one: Expression, panel: Panel) -> dict[Axis, int]:
    """The columns of the indices and markets that a figure names, one for each axis."""
    subjects = [each.subject for each in walk(one) if isinstance(each, Of) and each.subject is not None]
    return {each.axis: panel.columns[each.axis].get(each.code, 0) for each in subjects}


def _summed(one: Call, of: Measure) -> Measure:
    if of.unit is Unit.MOVE:
        return replace(of, values=windows.compounded(of.values, one.sessions))
    soft = windows.total(of.soft.astype(np.float64), one.sessions) > 0
    return replace(of, values=rolling_sum(of.values, one.sessions), estimated=soft)


def _crossed(direction: Direction, left: Floats, right: Floats, rows: Ints | slice) -> tuple[Bools, Bools]:
    beyond = Operator.ABOVE if direction is Direction.UP else Operator.BELOW
    before = previous(left)[rows], previous(right)[rows]
    now = left[rows], right[rows]
    known = np.isfinite(now[0] + now[1] + before[0] + before[1])
    return COMPARED[beyond](*now) & COMPARED[beyond.negated](*before), known


def _either_is(one: Bools | None, other: Bools | None, shape: tuple[int, ...]) -> Bools | None:
    """Where one of two masks is up, None being up nowhere; of a figure of this shape."""
    if one is None or other is None or one is other:
        told = other if one is None else one
        return None if told is None else np.broadcast_to(told, shape)
    return one | other


def _both(one: Verdicts, two: Verdicts) -> Verdicts:
    fires = one.fires & two.fires
    return Verdicts(fires, fires | (one.known & ~one.fires) | (two.known & ~two.fires))


def _either(one: Verdicts, two: Verdicts) -> Verdicts:
    fires = one.fires | two.fires
    return Verdicts(fires, fires | (one.known & two.known))


_WINDOWS = {Function.MEAN: windows.mean, Function.HIGHEST: windows.highest, Function.LOWEST: windows.lowest}

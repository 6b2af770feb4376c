"""A built-in detector that is just an expression of the rule language, with its thresholds as settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, LaterStrength, scaled
from signals.core.matrix import Floats
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import of_class
from signals.core.profile import FundClass
from signals.core.quantity import Quantity
from signals.rules.evaluate import Evaluation, evaluate
from signals.rules.rule import Rule, parse
from signals.rules.tree import Both, Compare, Condition, Either, Number
from signals.rules.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class ExpressionDetector(Detector):
    """Fires where a condition holds; a subclass declares the condition and what to show, and computes nothing.

    `condition` is a rule's text with the settings' names in braces and their formats: ``turnover >=
    {min_turnover:.8%}``. The strength is that of the weakest of several comparisons that must all hold, the
    strongest of alternatives.
    """

    condition: ClassVar[str]
    shows: ClassVar[Mapping[str, Quantity]]
    """The evidence: quantities by the names under which the sentence has them."""
    classes: ClassVar[frozenset[FundClass]] = frozenset(FundClass)
    """The classes of funds that it judges."""

    def find(self, panel: Panel) -> Findings:
        """Where the condition holds among funds of the chosen classes."""
        rule = _rule(self.condition.format_map(self.settings()))
        # Its own: sums and differences of figures go with its findings, and are not kept as long as the panel is.
        evaluation = Evaluation(panel)
        verdicts = evaluate(rule, panel, evaluation)
        judged = of_class(panel, self.classes)
        return Findings(
            fires=verdicts.fires & judged,
            known=verdicts.known & judged,
            strength=LaterStrength(
                lambda: np.broadcast_to(_strength(evaluation, rule.condition), verdicts.fires.shape)
            ),
            evidence=Later(lambda: {**{name: one.on(panel) for name, one in self.shows.items()}, **self.beside(panel)}),
        )

    def beside(self, panel: Panel) -> Mapping[str, Measure]:
        """Evidence that no quantity of the vocabulary gives."""
        return MappingProxyType({})


@cache
def _rule(text: str) -> Rule:
    return parse(text, Vocabulary())


def _strength(evaluation: Evaluation, one: Condition) -> Floats:
    """How far a condition is beyond its numbers: 0.5 at them; what compares no number counts as just there."""
    if isinstance(one, Compare) and isinstance(one.right, Number):
        return np.asarray(scaled(evaluation.measure(one.left).values, float(one.right.value)))
    if isinstance(one, Both | Either):
        pick = np.minimum if isinstance(one, Both) else np.fmax
        return np.asarray(reduce(pick, [_strength(evaluation, part) for part in one.parts]))
    return np.full((1, 1), 0.5)

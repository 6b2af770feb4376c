"""`parse`: from a text to a `Rule`, or to a `RuleError` that says kindly what is wrong."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from signals.core.field import Axis, Field
from signals.core.prices import STREAK_SESSIONS
from signals.core.quantity import Freshness, Quantity
from signals.core.text import Text
from signals.rules.builder import Built
from signals.rules.errors import Fault, Reason, RuleError
from signals.rules.explain import explained
from signals.rules.folding import Folded, fold
from signals.rules.grammar import arrange
from signals.rules.lexer import Lexer
from signals.rules.operators import Function
from signals.rules.scope import Scope
from signals.rules.tree import Call, Condition, Cross, Node, Of, Record, Streak, children, walk
from signals.rules.vocabulary import Vocabulary

MAX_CHARACTERS = 500
MAX_LOOKBACK_SESSIONS = 320
"""As many as a poll lays side by side."""

_BACK = frozenset({Function.AGO, Function.PERCENTILE, Function.ZSCORE})
"""Functions that look at sessions before those of their figure; the others' windows include its own."""


@dataclass(frozen=True)
class Rule:
    """A checked condition on the funds of a scope."""

    source: str
    """As its author wrote it."""
    condition: Condition
    scope: Scope

    @cached_property
    def text(self) -> str:
        """The canonical text of the condition: one for all its spellings, and itself a rule's text."""
        return self.condition.text

    @property
    def whole(self) -> str:
        """The canonical text with its scope: what is kept of a rule, to be read again."""
        return f"{self.text} on {self.scope.text}" if self.scope.parts else self.text

    @cached_property
    def key(self) -> str:
        """A short name for the canonical text."""
        return blake2b(self.text.encode(), digest_size=8).hexdigest()

    @cached_property
    def explanation(self) -> Text:
        """What it says, in words; plain text without placeholders."""
        return explained(self.condition)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """The figures it speaks of, in their order, each once."""
        return tuple(dict.fromkeys(one.quantity for one in walk(self.condition) if isinstance(one, Of)))

    @property
    def needs(self) -> frozenset[Field]:
        """Fields that must be published before it can be decided."""
        moving = [one for one in self.quantities if one.freshness is Freshness.INTRADAY]
        return frozenset().union(*(one.needs for one in moving or self.quantities))

    @property
    def freshness(self) -> Freshness:
        """When it can be decided: with the last of its figures, or at each price within the session."""
        if self.intraday:
            return Freshness.INTRADAY
        return max((one.freshness for one in self.quantities), key=list(Freshness).index)

    @cached_property
    def intraday(self) -> bool:
        """Whether it speaks of prices within the session; whatever else it speaks of is then as last known."""
        return any(one.freshness is Freshness.INTRADAY for one in self.quantities)

    @cached_property
    def axis(self) -> Axis:
        """What it is about: FUND, or, where it holds for all funds alike, INDEX or MARKET."""
        axes = {one.axis for one in self.quantities}
        return next(axis for axis in (Axis.FUND, Axis.INDEX, Axis.MARKET) if axis in axes)

    @cached_property
    def sessions(self) -> int:
        """Sessions that it looks at, its own included; a panel should hold as many before the first it judges."""
        return _sessions(self.condition)


def parse(text: str, vocabulary: Vocabulary) -> Rule:
    """Read a rule; raises RuleError, and nothing else, whatever the text. Nothing of it is ever executed."""
    if len(text) > MAX_CHARACTERS:
        raise RuleError(reason=Reason.TOO_LONG, word="", position=0, values={"limit": MAX_CHARACTERS})
    folded = fold(text)
    try:
        built = _read(folded.text.rstrip(" .。;!?"), vocabulary)
    except Fault as fault:
        raise _located(fault, text, folded) from None
    return Rule(text, built.condition, built.scope)


def prepare(vocabulary: Vocabulary) -> None:
    """Build the tables of the grammar and of a vocabulary, so that its first text is read as fast as every other."""
    parse("close > 1 on all", vocabulary)
    for scope in (False, True):
        vocabulary.like("close", scope=scope)


def _read(body: str, vocabulary: Vocabulary) -> Built:
    if len(body) > MAX_CHARACTERS:  # one sign may be short for many letters
        raise Fault(Reason.TOO_LONG, (0, 0), limit=MAX_CHARACTERS)
    words = Lexer(body, vocabulary).lex()
    if not words:
        raise Fault(Reason.EMPTY, (0, 0))
    built = arrange(words)
    sessions = _sessions(built.condition)
    if sessions > MAX_LOOKBACK_SESSIONS:
        raise Fault(Reason.TOO_FAR_BACK, (0, 0), sessions=sessions, limit=MAX_LOOKBACK_SESSIONS)
    return built


def _located(fault: Fault, text: str, folded: Folded) -> RuleError:
    values = dict(fault.values)
    if fault.other is not None:
        values["other"] = _cut(text, folded, fault.other)
    return RuleError(
        reason=fault.reason,
        word=_cut(text, folded, fault.at),
        position=folded.origin[fault.at[0]],
        suggestions=fault.near,
        values=values,
    )


def _cut(text: str, folded: Folded, at: tuple[int, int]) -> str:
    """The words at a place, as they were written."""
    start, end = at
    return text[folded.origin[start] : folded.origin[end - 1] + 1].strip() if end > start else ""


def _sessions(node: Node) -> int:
    below = max((_sessions(one) for one in children(node)), default=1)
    match node:
        case Of():
            return node.quantity.sessions
        case Call(function=made) if made not in _BACK:
            return below + max(node.sessions - 1, 0)
        case Call() | Record():
            return below + node.sessions
        case Cross():
            return below + 1
        case Streak():
            return below + STREAK_SESSIONS - 1
        case _:
            return below

"""The order of words in a rule, as an LALR grammar: one pass, no backtracking, whatever the text."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from lark import Lark, Token, UnexpectedToken
from lark.lexer import Lexer as LarkLexer

from signals.core.text import Text
from signals.rules.builder import Builder, Built
from signals.rules.errors import Fault, Reason
from signals.rules.lexer import Lexeme
from signals.rules.lexicon import Kind
from signals.rules.operators import Direction

_GRAMMAR = """
start: [prefix] either [suffix]
prefix: ON scopes [COMMA | COLON]
suffix: [COMMA | COLON] ON scopes
scopes: [scopes COMMA] SCOPE

?either: both (OR both)*
?both: negation (AND negation)*
?negation: NOT negation -> denial
    | test
?test: base
    | CONSECUTIVE NUMBER base -> lasting
    | CONSECUTIVE NUMBER sum -> moving
    | base FOR NUMBER -> lasted
?base: sum (COMPARE sum)+ -> comparison
    | sum CROSS sum -> crossing
    | sum (BEFORE | TOP) NUMBER -> top
    | shifted NUMBER -> reaching
    | shifted [MAKE] NUMBER RECORD -> record
    | shifted MAKE RECORD -> record_of_year
    | MAKE NUMBER RECORD -> price_record
    | NUMBER RECORD -> price_record
    | MAKE RECORD -> price_record
    | PREDICATE OPEN sum [COMMA NUMBER] CLOSE -> predicate
    | OPEN either CLOSE -> bracketed

?sum: product ((PLUS | MINUS) product)* -> arithmetic
?product: signed ((TIMES | OVER_SIGN) signed)* -> arithmetic
?signed: MINUS signed -> minus
    | shifted
?shifted: operand
    | shifted NUMBER AGO -> ago
    | shifted LASTING NUMBER -> over
?operand: NUMBER -> number
    | NAME -> name
    | SUBJECT -> level
    | SUBJECT NAME -> named
    | OPEN sum CLOSE -> bracketed
    | call
    | NUMBER call -> leveled
    | NUMBER LEVEL -> own_level
    | NEAR NUMBER operand -> near
    | NEAR NUMBER WINDOW operand -> window
    | NUMBER WINDOW operand -> bare_window
    | NUMBER NAME -> bare_near
    | BEFORE NUMBER operand -> before
    | NUMBER AGO operand -> long_before
    | YESTERDAY operand -> yesterday
call: FUNCTION OPEN sum (COMMA sum)* CLOSE
    | RUN OPEN either CLOSE -> streak

%declare NUMBER NAME SUBJECT SCOPE COMPARE CROSS AND OR NOT ON PLUS MINUS TIMES OVER_SIGN OPEN CLOSE COMMA COLON
%declare FUNCTION PREDICATE RUN WINDOW LEVEL NEAR LASTING BEFORE AGO YESTERDAY CONSECUTIVE FOR TOP MAKE RECORD
"""


class _Words(LarkLexer):
    """Hands the parser words that are cut already."""

    def __init__(self, _: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        return (Token(one.kind.value, one) for one in lexer_state)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer=_Words, transformer=Builder(), maybe_placeholders=False)


def arrange(words: list[Lexeme]) -> Built:
    """The condition and scope that words make; raises Fault where they do not fit together."""
    parse: Callable[[Any], Any] = _parser().parse
    try:
        built: Built = parse(words)
    except UnexpectedToken as error:
        found = error.token.value if isinstance(error.token.value, Lexeme) else None
        raise _fault(words, found, error.expected) from None
    return built


_JOINTS = frozenset({Kind.PLUS, Kind.MINUS, Kind.TIMES, Kind.OVER_SIGN, Kind.COMPARE, Kind.CROSS})
_CONNECTIVES = frozenset({Kind.AND, Kind.OR, Kind.NOT})
_COUNTED = frozenset({Kind.NEAR, Kind.LASTING, Kind.BEFORE, Kind.CONSECUTIVE, Kind.FOR, Kind.TOP})
_ENDS = frozenset({Kind.AND, Kind.OR, Kind.ON, Kind.CLOSE})


def _fault(words: list[Lexeme], found: Lexeme | None, expected: set[str]) -> Fault:
    """What is wrong where the word `found` (None = the end) does not fit."""
    at = len(words) if found is None else words.index(found)
    before = words[at - 1] if at else None
    if before is not None:
        if reason := _missing(before, expected):
            return Fault(reason, (before.start, before.end), usage=_usage(before))
        if (found is None or found.kind in _ENDS) and Kind.COMPARE in expected:
            return Fault(Reason.MISSING_COMPARISON, (_begin(words, at), before.end))
    wrong = found or words[-1]
    if before is not None and before.kind is Kind.COMMA:
        wrong = before
    return Fault(_misplaced(wrong, words[:at], expected), (wrong.start, wrong.end), usage=_usage(wrong))


def _usage(word: Lexeme) -> Text:
    """How a function is written."""
    if word.kind is Kind.RUN:
        return Text("streak(溢价率 > 1%) >= 3", "streak(premium > 1%) >= 3")
    if word.kind is Kind.PREDICATE:
        name = "new_high" if word.value is Direction.UP else "new_low"
        return Text(f"{name}(份额, 60)", f"{name}(shares, 60)")
    return Text(f"{word.value}(净流入, 20)", f"{word.value}(flow, 20)")


def _misplaced(wrong: Lexeme, before: list[Lexeme], expected: set[str]) -> Reason:
    """Why a word cannot stand where it does."""
    if wrong.kind in _JOINTS | _CONNECTIVES and Kind.NAME in expected:
        return Reason.MISSING_LEFT
    if wrong.kind is Kind.ON and any(one.kind is Kind.ON for one in before):
        return Reason.SCOPE_TWICE
    return _REASONS.get(wrong.kind, Reason.UNEXPECTED)


_REASONS = {Kind.COMMA: Reason.COMMA, Kind.WINDOW: Reason.MISSING_BRACKETS}


def _missing(before: Lexeme, expected: set[str]) -> Reason | None:
    """What the word in front of a fault waits for."""
    if expected == {Kind.OPEN}:
        return Reason.MISSING_BRACKETS
    if before.kind is Kind.ON:
        return Reason.MISSING_SCOPE
    if before.kind in _COUNTED and Kind.NUMBER in expected:
        return Reason.MISSING_NUMBER
    if before.kind in _JOINTS and Kind.NAME in expected:
        return Reason.MISSING_OPERAND
    if before.kind in _CONNECTIVES | {Kind.OPEN, Kind.COLON} and Kind.NAME in expected:
        return Reason.MISSING_CONDITION
    return None


def _begin(words: list[Lexeme], at: int) -> int:
    """Where the figure that ends in front of `at` begins."""
    first = at - 1
    while first and words[first - 1].kind not in _CONNECTIVES | {Kind.OPEN, Kind.COMMA, Kind.COLON, Kind.SCOPE}:
        first -= 1
    return words[first].start

"""A text cut into words: longest known word first, numbers with their units, names by the vocabulary."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from signals.core.field import Axis
from signals.core.profile import exchange_of
from signals.core.signal import Subject
from signals.rules.errors import Fault, Reason
from signals.rules.lexicon import MAGNITUDES, NUMERALS, SILENT, UNITS, Kind, Sense
from signals.rules.scope import ScopeKind, ScopePart
from signals.rules.tree import Number
from signals.rules.units import NUMBER
from signals.rules.vocabulary import Meaning, Vocabulary, wordy

MAX_WORDS = 120
MAX_DEPTH = 20
MAX_VALUE = Decimal(10**15)

_DIGITS = re.compile(r"\d{1,24}(?:\.\d{1,24})?|\.\d{1,24}", re.ASCII)
_CODE = re.compile(r"[0-9]{6}(?![0-9a-z_])")
_SUBJECT = re.compile(r"@([0-9a-z]{2,12}(?:\+[a-z]{2,8})?)")
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[a-z_][a-z0-9_]*")
_MARKETS = ("SSE", "SZSE", "SSE+SZSE")
_CALLED = frozenset({Kind.FUNCTION, Kind.PREDICATE, Kind.RUN})
_COUNTED = frozenset({Kind.BEFORE, Kind.TOP, Kind.CONSECUTIVE, Kind.NEAR})
_OPERATORS = frozenset({Kind.COMPARE, Kind.CROSS, Kind.AND, Kind.OR, Kind.ON})
_PREFIXES = frozenset({Kind.NOT, Kind.MINUS, Kind.YESTERDAY, Kind.OPEN})
_ENDINGS = {
    first: sorted((word for word in (*UNITS, *MAGNITUDES) if word[0] == first), key=len, reverse=True)
    for first in {word[0] for word in (*UNITS, *MAGNITUDES)}
}
"""Units and magnitudes by their first letters, longest first."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word of a rule: what it is, what it stands for, and where."""

    kind: Kind
    value: Any
    start: int
    end: int

    def __str__(self) -> str:
        return self.kind


@dataclass(slots=True)
class Lexer:
    """Cuts one folded text; raises Fault at what it does not know."""

    text: str
    vocabulary: Vocabulary
    words: list[Lexeme] = field(default_factory=list)

    def lex(self) -> list[Lexeme]:
        """All words of the text, at most `MAX_WORDS`, brackets in pairs."""
        at = 0
        while at < len(self.text):
            at = at + 1 if self.text[at] == " " else self._next(at)
            if len(self.words) > MAX_WORDS:
                raise Fault(Reason.TOO_MANY_WORDS, (0, 0))
        _check_nesting(self.words)
        return self.words

    def _next(self, at: int) -> int:
        if self._scoped:
            end = self._scope(at)
            if end > at:
                return end
        for read in (self._number, self._numeral, self._subject, self._word, self._family):
            end = read(at)
            if end > at:
                return end
        return self._silent(at)

    def _add(self, kind: Kind, value: object, start: int, end: int) -> int:
        if kind in (Kind.AND, Kind.OR) and self.words and self.words[-1].kind is Kind.COMMA:
            self.words.pop()
        self.words.append(Lexeme(kind, value, start, end))
        return end

    @property
    def _scoped(self) -> bool:
        kinds = [one.kind for one in self.words[-2:]]
        return bool(kinds) and (kinds[-1] is Kind.ON or kinds == [Kind.SCOPE, Kind.COMMA])

    def _scope(self, at: int) -> int:
        """A fund code, an index code behind @, or a name; behind a comma it may be something else."""
        if code := _CODE.match(self.text, at):
            try:
                exchange_of(code[0])
            except ValueError:
                raise Fault(Reason.UNKNOWN_FUND, code.span()) from None
            return self._add(Kind.SCOPE, ScopePart(ScopeKind.FUND, code[0]), at, code.end())
        if index := _SUBJECT.match(self.text, at):
            return self._add(Kind.SCOPE, ScopePart(ScopeKind.INDEX, index[1].upper()), at, index.end())
        end = self.vocabulary.longest(self.text, at, scope=True)
        if end > at:
            return self._add(Kind.SCOPE, self.vocabulary.scopes(self.text[at:end]), at, end)
        if self.words[-1].kind is Kind.ON and self.text[at].isalnum():
            word = next(iter(_WORD.findall(self.text[at : at + _MOST_LETTERS])))
            near = self.vocabulary.like(word, scope=True)
            raise Fault(Reason.UNKNOWN_SCOPE, (at, at + len(word)), near=near)
        return at

    def _number(self, at: int) -> int:
        digits = _DIGITS.match(self.text, at)
        return self._measured(Decimal(digits[0]), at, digits.end()) if digits else at

    def _numeral(self, at: int) -> int:
        """一 … 十, where a unit follows or a count is asked for: 三日, 前三."""
        value = NUMERALS.get(self.text[at])
        if value is None:
            return at
        counted = bool(self.words) and self.words[-1].kind in _COUNTED
        if not counted and not _ending(self.text, at + 1):
            return at
        return self._measured(Decimal(value), at, at + 1)

    def _measured(self, value: Decimal, at: int, end: int) -> int:
        """A number with what multiplies it and its unit, blanks between them allowed."""
        dimension, bare = NUMBER, True
        while word := _ending(self.text, end):
            stop = self._past(end, word)
            if word in UNITS:
                if self.text[stop : stop + 1] == "(" and word in ("pct", "x", "d"):
                    break
                size, dimension = UNITS[word]
                value, end, bare = value * size, stop, False
                break
            value, end = value * MAGNITUDES[word], stop
            if value > MAX_VALUE:
                break
        if value > MAX_VALUE:
            raise Fault(Reason.NUMBER_TOO_LARGE, (at, end))
        return self._add(Kind.NUMBER, Number(value, dimension, bare), at, end)

    def _past(self, end: int, word: str) -> int:
        return end + len(word) + (self.text[end] == " ")

    def _subject(self, at: int) -> int:
        found = _SUBJECT.match(self.text, at)
        if found is None:
            return at
        code = found[1].upper()
        axis = Axis.MARKET if code in _MARKETS else Axis.INDEX
        return self._add(Kind.SUBJECT, Subject(axis, code), at, found.end())

    def _word(self, at: int) -> int:
        end = self.vocabulary.longest(self.text, at)
        if end > at:
            sense = self._sense(self.vocabulary.senses(self.text[at:end]), end)
            self._add(sense.kind, sense.value, at, end)
        return end

    def _sense(self, senses: tuple[Sense, ...], end: int) -> Sense:
        """Of a word with several meanings: a function in front of a bracket, 前 as a prefix in front of a number."""
        rest = self.text[end : end + 2].lstrip()
        called = [one for one in senses if one.kind in _CALLED]
        others = [one for one in senses if one.kind not in _CALLED]
        if rest.startswith("(") and called:
            return called[0]
        if len(others) > 1 and others[0].kind is Kind.BEFORE:
            return others[0] if rest[:1].isdecimal() or rest[:1] in NUMERALS else others[1]
        return (others or called)[0]

    def _family(self, at: int) -> int:
        word = _LATIN.match(self.text, at)
        quantity = self.vocabulary.family(word[0]) if word else None
        if word is None or quantity is None:
            return at
        return self._add(Kind.NAME, (Meaning(quantity),), at, word.end())

    def _silent(self, at: int) -> int:
        for word in SILENT:
            end = at + len(word)
            if self.text.startswith(word, at) and not (wordy(word[-1]) and wordy(self.text[end : end + 1] or " ")):
                return end
        raise self._unknown(at)

    def _unknown(self, at: int) -> Fault:
        if not (self.text[at].isalnum() or self.text[at] == "_"):
            return Fault(Reason.STRAY_CHARACTER, (at, at + 1))
        end, last = self._run(at), self.words[-1] if self.words else None
        if last is not None and last.kind is Kind.NAME and last.end == at:
            at = last.start
        near = self.vocabulary.like(self.text[at:end])
        if not near and (digits := _DIGITS.match(self.text, end)):
            near = self.vocabulary.like(self.text[at : digits.end()])  # the number may be part of a name: 沪深300
        return Fault(Reason.UNKNOWN_NAME, (at, end), near=near)

    def _run(self, at: int) -> int:
        """End of an unknown word: a Latin one, or letters up to a sign, a digit or an operator."""
        end = at + 1
        latin = wordy(self.text[at])
        while end < len(self.text) and end - at < _MOST_LETTERS:
            letter = self.text[end]
            if wordy(letter) is not latin or not (latin or (letter.isalnum() and not self._operator(end))):
                break
            end += 1
        return end

    def _operator(self, at: int) -> bool:
        end = self.vocabulary.longest(self.text, at)
        return end > at and any(one.kind in _OPERATORS for one in self.vocabulary.senses(self.text[at:end]))


_MOST_LETTERS = 24
"""Of an unknown word; what is longer is no misspelt name."""


def _ending(text: str, at: int) -> str:
    """The longest unit or magnitude that stands at a place or behind a blank there."""
    start = at + 1 if text[at : at + 1] == " " else at
    for word in _ENDINGS.get(text[start : start + 1], ()):
        end = start + len(word)
        if text.startswith(word, start) and not (wordy(word[-1]) and wordy(text[end : end + 1] or " ")):
            return word
    return ""


def _check_nesting(words: list[Lexeme]) -> None:
    """Brackets in pairs and not too deep; prefixes in a row count as depth."""
    opened: list[Lexeme] = []
    prefixes = 0
    for one in words:
        prefixes = prefixes + 1 if one.kind in _PREFIXES else 0
        if one.kind is Kind.OPEN:
            opened.append(one)
        elif one.kind is Kind.CLOSE:
            if not opened:
                raise Fault(Reason.UNOPENED, (one.start, one.end))
            opened.pop()
        if max(len(opened), prefixes) > MAX_DEPTH:
            raise Fault(Reason.TOO_DEEP, (one.start, one.end), limit=MAX_DEPTH)
    if opened:
        raise Fault(Reason.UNCLOSED, (opened[-1].start, opened[-1].end))

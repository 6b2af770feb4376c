"""The names that a rule may use: figures, indices and markets, and what stands behind `on`."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from signals.core.field import Axis
from signals.core.flows import flow_sum
from signals.core.panel import BOTH_EXCHANGES
from signals.core.profile import Profile
from signals.core.quantity import Quantity
from signals.core.signal import Subject
from signals.core.text import Text
from signals.core.vocabulary import QUANTITIES
from signals.rules.folding import fold
from signals.rules.lexicon import Kind, Sense, keywords
from signals.rules.scope import ScopeKind, ScopePart

SUGGESTIONS = 3
_LIKE = 0.5
_COMPARED = 40
"""Candidates that are looked at closely; the rest share too few letters."""

INDEX_LABELS: Mapping[str, Text] = {
    "000001": Text("上证指数", "SSE Composite"),
    "399001": Text("深证成指", "SZSE Component"),
    "399006": Text("创业板指", "ChiNext"),
    "000300": Text("沪深300", "CSI300"),
    "000905": Text("中证500", "CSI500"),
    "000852": Text("中证1000", "CSI1000"),
    "000688": Text("科创50", "STAR50"),
    "000985": Text("中证全指", "CSI All Share"),
}
"""The main indices by code."""

INDEX_NAMES: Mapping[str, str] = {name: code for code, label in INDEX_LABELS.items() for name in (label.zh, label.en)}
"""Their codes by both names."""

_INDEX_ALIASES = {
    "上证综指": "000001",
    "csi 300": "000300",
    "csi 500": "000905",
    "csi 1000": "000852",
    "star 50": "000688",
}

_MARKET_NAMES = {"两市": BOTH_EXCHANGES, "沪市": "SSE", "上交所": "SSE", "深市": "SZSE", "深交所": "SZSE"}
_ALL_WORDS = ("all", "all funds", "全部", "所有", "全市场", "所有基金", "全部基金")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A quantity that a word stands for, with its sign."""

    quantity: Quantity
    opposite: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Vocabulary:
    """Names by the words that people use; words are folded (full width, case) before they are looked up.

    Built once and kept: looking words up is what every `parse` does with it.
    """

    quantities: Mapping[str, Quantity] = field(default_factory=lambda: QUANTITIES)
    indices: Mapping[str, str] = field(default_factory=lambda: INDEX_NAMES)
    """Index codes by name."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """Watchlists by each of their titles."""
    funds: Mapping[str, str] = field(default_factory=dict)
    """Fund codes by name."""

    @classmethod
    def of(cls, profiles: Iterable[Profile], lists: Mapping[str, str]) -> "Vocabulary":
        """The names of a market: its funds, and the indices that they track."""
        known = list(profiles)
        tracked = {one.index_name: one.index_key for one in known if one.index_name and one.index_key}
        return cls(
            indices={**tracked, **INDEX_NAMES},
            lists=lists,
            funds={one.name: one.code for one in known if one.name != one.code},
        )

    def senses(self, word: str) -> tuple[Sense, ...]:
        """What a folded word means in a condition."""
        return self._senses.get(word, ())

    def scopes(self, word: str) -> ScopePart | None:
        """What a folded word means behind `on`."""
        return self._scopes.get(word)

    def longest(self, text: str, start: int, *, scope: bool = False) -> int:
        """End of the longest known word that begins at `start`; `start` itself where there is none."""
        known, lengths = (self._scopes, self._scope_lengths) if scope else (self._senses, self._lengths)
        for length in lengths.get(text[start], ()):
            end = start + length
            if end <= len(text) and text[start:end] in known and not _splits_word(text, end):
                return end
        return start

    def family(self, word: str) -> Quantity | None:
        """A quantity of a family of which any member may be named: flow_30."""
        days = _family_days(word)
        return flow_sum(days) if days else None

    def like(self, word: str, *, scope: bool = False) -> tuple[str, ...]:
        """The names that look most like a word that is not known, best first."""
        names = self._scope_names if scope else self._names
        letters = set(word)
        nearest = sorted(names, key=lambda one: -len(letters & set(one)) / (len(letters) + len(one)))[:_COMPARED]
        found = difflib.get_close_matches(word, nearest, SUGGESTIONS, _LIKE)
        return tuple(dict.fromkeys(names[one] for one in found))

    @cached_property
    def _senses(self) -> dict[str, tuple[Sense, ...]]:
        senses: dict[str, tuple[Sense, ...]] = {}
        for word, sense in (*keywords(), *self._subject_words()):
            senses[word] = (*senses.get(word, ()), sense)
        for word, meanings in self._meanings.items():
            senses[word] = (*senses.get(word, ()), Sense(Kind.NAME, meanings))
        return senses

    @cached_property
    def _meanings(self) -> dict[str, tuple[Meaning, ...]]:
        meanings: dict[str, tuple[Meaning, ...]] = {}
        for quantity in self.quantities.values():
            words = {fold(word).text: False for word in (quantity.name, *_labels(quantity), *quantity.words)}
            words |= {fold(word).text: True for word in quantity.opposite}
            for word, opposite in words.items():
                meanings[word] = (*meanings.get(word, ()), Meaning(quantity, opposite))
        return meanings

    @cached_property
    def _scopes(self) -> dict[str, ScopePart]:
        parts = {fold(name).text: ScopePart(ScopeKind.INDEX, code) for name, code in self.indices.items()}
        parts |= {fold(name).text: ScopePart(ScopeKind.FUND, code) for name, code in self.funds.items()}
        parts |= {fold(title).text: ScopePart(ScopeKind.LIST, name) for title, name in self.lists.items()}
        return parts | dict.fromkeys(_ALL_WORDS, ScopePart(ScopeKind.ALL))

    def _subject_words(self) -> Iterator[tuple[str, Sense]]:
        for name, code in {**self.indices, **_INDEX_ALIASES}.items():
            yield fold(name).text, Sense(Kind.SUBJECT, Subject(Axis.INDEX, code))
        for name, code in _MARKET_NAMES.items():
            yield name, Sense(Kind.SUBJECT, Subject(Axis.MARKET, code))

    @cached_property
    def _lengths(self) -> dict[str, tuple[int, ...]]:
        return _lengths(self._senses)

    @cached_property
    def _scope_lengths(self) -> dict[str, tuple[int, ...]]:
        return _lengths(self._scopes)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Words that may be suggested in a condition, as they are to be shown."""
        return {**{word: word for word in self._meanings}, **{fold(one).text: one for one in self.indices}}

    @cached_property
    def _scope_names(self) -> dict[str, str]:
        return {fold(one).text: one for one in (*self.indices, *self.funds, *self.lists)}


def _labels(quantity: Quantity) -> Iterator[str]:
    """Its labels, but for those of a family, whose number of sessions is read as such."""
    if not _family_days(quantity.name):
        yield from (quantity.label.zh, quantity.label.en)


def _family_days(name: str) -> int:
    """The sessions of flow_30; 0 for a name of no family."""
    family, _, days = name.rpartition("_")
    return int(days) if family == "flow" and days.isdecimal() and days.isascii() and len(days) <= 3 else 0


def _lengths(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Lengths of the words by their first letters, longest first."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


def _splits_word(text: str, end: int) -> bool:
    """Whether a cut at `end` would go through a Latin word or a number behind letters."""
    return end < len(text) and wordy(text[end - 1]) and wordy(text[end])


def wordy(letter: str) -> bool:
    """Whether a character belongs to Latin words and names with underscores."""
    return letter.isascii() and (letter.isalnum() or letter == "_")

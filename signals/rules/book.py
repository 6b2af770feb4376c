"""A hundred thousand rules judged at once.

1. Rules with one canonical text are one condition; its parts are shared between conditions by their texts.
2. A comparison of a figure with a number is a row of bits over the funds; all numbers that one figure is compared
   with in one way are laid beside it in one step.
3. And, or and not are operations on rows of bits, for all conditions of one shape at once, the innermost first. Each
   condition has two rows, where it holds and where it is known not to hold; the rest is unknown.
4. A condition begins to hold where it holds now and was not holding when it was last decided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from signals.core.field import Axis
from signals.core.matrix import Bools, Ints
from signals.core.panel import Panel
from signals.core.quantity import STALE_SESSIONS
from signals.core.room import ROOM
from signals.rules.evaluate import Evaluation
from signals.rules.formulas import COMPARED
from signals.rules.operators import Operator
from signals.rules.rule import Rule
from signals.rules.tree import Both, Compare, Condition, Cross, Either, Expression, Not, Number, Record

Bits: TypeAlias = npt.NDArray[np.uint64]
"""Rows of bits over the funds, 64 to a word."""

_CHUNK = 512
"""Comparisons that are worked out at once: their truth fits into the cache."""

_RULES_AT_ONCE = 8192
"""Rules whose bits are listed at once."""


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """What every distinct condition says on one session."""

    holds: Bits
    fails: Bits
    """Known not to hold."""


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """Rules and the funds for which something is so, by rule and then by fund."""

    rules: Ints
    """Numbers of the rules, in the order in which the book was given them."""
    funds: Ints
    """Columns of the panel."""


@dataclass(slots=True)
class _Shape:
    """Conditions of one connective and number of parts, whose parts are worked out before them."""

    kind: type[Both] | type[Either] | type[Not]
    places: list[int] = field(default_factory=list)
    parts: list[tuple[int, ...]] = field(default_factory=list)


@dataclass(slots=True)
class _Ladder:
    """The numbers that one figure is compared with in one way."""

    figure: Expression
    operator: Operator
    places: list[int] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)


class RuleBook:
    """Rules compiled into shared parts. Reads panels, changes nothing; may be used from several threads."""

    def __init__(self, rules: Sequence[Rule], scopes: Sequence[frozenset[str] | None] | None = None) -> None:
        """Compile `rules`; each concerns the funds in `scopes` at its place, None = all of them."""
        self._places: dict[str, tuple[int, int]] = {}
        self._ladders: dict[tuple[str, Operator], _Ladder] = {}
        self._others: list[tuple[int, Compare | Cross | Record]] = []
        self._shapes: dict[tuple[int, type, int], _Shape] = {}
        distinct: dict[str, int] = {}
        mine = np.empty(len(rules), dtype=np.int64)
        places: list[int] = []
        for number, rule in enumerate(rules):
            at = distinct.setdefault(rule.text, len(distinct))
            if at == len(places):
                places.append(self._place(rule.condition)[0])
            mine[number] = at
        self.distinct = len(distinct)
        """How many conditions there are."""
        self.atoms = sum(len(one.places) for one in self._ladders.values()) + len(self._others)
        """How many comparisons, crossings and records they are made of."""
        self._conditions = np.array(places, dtype=np.int64)
        self._condition_of = mine
        self._scopes, self._scope_of = _numbered(scopes or [None] * len(rules))

    def judge(self, panel: Panel, row: int) -> Judged:
        """What every distinct condition says on a session of the panel."""
        words = (panel.shape(Axis.FUND)[1] + 63) // 64
        holds, fails = (ROOM.empty((len(self._places), words), np.uint64) for _ in range(2))
        holds[:] = fails[:] = 0
        evaluation = panel.derive(Evaluation)
        for ladder in self._ladders.values():
            _climb(ladder, evaluation, row, holds, fails)
        count = panel.shape(Axis.FUND)[1]
        for place, atom in self._others:
            judged = evaluation.atom(atom, np.array([row]))
            holds[place] = _packed(np.broadcast_to(judged.fires, (1, count)))[0]
            fails[place] = _packed(np.broadcast_to(judged.known & ~judged.fires, (1, count)))[0]
        for key in sorted(self._shapes, key=lambda one: one[0]):
            _combine(self._shapes[key], holds, fails)
        return Judged(self._told(holds), self._told(fails))

    def _told(self, bits: Bits) -> Bits:
        """The bits of conditions out of those of all that they are made of."""
        out = ROOM.empty((len(self._conditions), bits.shape[1]), np.uint64)
        return bits.take(self._conditions, axis=0, out=out, mode="clip")

    def holding(self, panel: Panel, row: int) -> Bits:
        """What holds after a session: as last decided, on it or on one of the few before it."""
        state = self.judge(panel, max(0, row - STALE_SESSIONS)).holds
        for each in range(max(0, row - STALE_SESSIONS) + 1, row + 1):
            judged = self.judge(panel, each)
            state = judged.holds | (state & ~judged.fails)
        return state

    def firing(self, panel: Panel, row: int) -> Pairs:
        """Every rule and fund of its scope for which it holds on a session."""
        return self._pairs(panel, self.judge(panel, row).holds)

    def newly(self, panel: Panel, row: int, before: Bits | None = None) -> Pairs:
        """Every rule and fund of its scope for which it begins to hold on a session.

        `before` is what held after the session before (`holding`); it is read off the panel unless given.
        """
        if before is None:
            before = self.holding(panel, row - 1) if row else np.zeros((1, 1), dtype=np.uint64)
        return self._pairs(panel, self.judge(panel, row).holds & ~before)

    def refuted(self, panel: Panel, row: int, rules: Ints, funds: Ints) -> Bools:
        """For each rule (by its number) with a fund (by its column): whether it is known not to hold on a session."""
        words = self.judge(panel, row).fails[self._condition_of[rules], funds // 64]
        return np.asarray((words >> (funds % 64).astype(np.uint64)) & np.uint64(1), dtype=np.bool_)

    def _place(self, one: Condition) -> tuple[int, int]:
        """The row of a condition and how many connectives deep it is; a new one is compiled."""
        if one.text in self._places:
            return self._places[one.text]
        parts = one.parts if isinstance(one, Both | Either) else (one.of,) if isinstance(one, Not) else ()
        inner = [self._place(part) for part in parts]
        depth = 1 + max((each[1] for each in inner), default=-1)
        place = len(self._places)
        self._places[one.text] = place, depth
        if isinstance(one, Both | Either | Not):
            shape = self._shapes.setdefault((depth, type(one), len(parts)), _Shape(type(one)))
            shape.places.append(place)
            shape.parts.append(tuple(each[0] for each in inner))
        elif isinstance(one, Compare) and isinstance(one.right, Number):
            key = (one.left.text, one.operator)
            ladder = self._ladders.setdefault(key, _Ladder(one.left, one.operator))
            ladder.places.append(place)
            ladder.numbers.append(float(one.right.value))
        else:
            self._others.append((place, one))
        return place, depth

    def _pairs(self, panel: Panel, bits: Bits) -> Pairs:
        """Bits of conditions as pairs of rules and funds, those outside a rule's scope left out."""
        some = np.flatnonzero(np.asarray(bits.any(axis=1))[self._condition_of])
        masks = self._masks(panel)
        found = [
            _listed(chunk, bits[self._condition_of[chunk]] & masks[self._scope_of[chunk]])
            for chunk in np.array_split(some, len(some) // _RULES_AT_ONCE + 1)
        ]
        return Pairs(np.concatenate([rules for rules, _ in found]), np.concatenate([funds for _, funds in found]))

    def _masks(self, panel: Panel) -> Bits:
        codes = panel.subjects[Axis.FUND]
        masks = [[scope is None or code in scope for code in codes] for scope in self._scopes]
        return _packed(np.array(masks, dtype=np.bool_).reshape(len(self._scopes), len(codes)))


def _listed(rules: Ints, bits: Bits) -> tuple[Ints, Ints]:
    """The set bits of some rules' rows as rules and funds; only words with a bit in them are taken apart."""
    width = bits.shape[1]
    words = bits.ravel()
    some = np.flatnonzero(words)
    octets = words[some].view(np.uint8).reshape(len(some), 8)
    at, bit = np.nonzero(np.unpackbits(octets, axis=1, bitorder="little"))
    place = some[at]
    return rules[place // max(width, 1)], place % max(width, 1) * 64 + bit


def _numbered(scopes: Iterable[frozenset[str] | None]) -> tuple[list[frozenset[str] | None], Ints]:
    """The distinct scopes, and the number of each rule's."""
    numbers: dict[frozenset[str] | None, int] = {}
    mine = [numbers.setdefault(one, len(numbers)) for one in scopes]
    return list(numbers), np.array(mine, dtype=np.int64)


def _climb(ladder: _Ladder, evaluation: Evaluation, row: int, holds: Bits, fails: Bits) -> None:
    """All numbers that a figure is compared with, laid beside its row."""
    measure = evaluation.measure(ladder.figure)
    figures = (
        np.broadcast_to(measure.values[row], (holds.shape[1] * 64,))
        if measure.values.shape[1] == 1
        else (measure.values[row])
    )
    known = np.isfinite(figures)
    if measure.late is not None:
        known = known & ~measure.late[row]
    places, numbers = np.array(ladder.places), np.array(ladder.numbers)
    for start in range(0, len(places), _CHUNK):
        chunk = places[start : start + _CHUNK]
        truth = COMPARED[ladder.operator](figures, numbers[start : start + _CHUNK, None]) & known
        holds[chunk], fails[chunk] = _packed(truth), _packed(known & ~truth)


def _combine(shape: _Shape, holds: Bits, fails: Bits) -> None:
    """All conditions of one shape: and holds where all parts do and fails where one does; or the other way round."""
    places, parts = np.array(shape.places), np.array(shape.parts)
    if shape.kind is Not:
        holds[places], fails[places] = fails[parts[:, 0]], holds[parts[:, 0]]
        return
    every, some = (holds, fails) if shape.kind is Both else (fails, holds)
    met, any_ = every[parts[:, 0]], some[parts[:, 0]]
    for column in parts.T[1:]:
        met &= every[column]
        any_ |= some[column]
    every[places], some[places] = met, any_


def _packed(truth: Bools) -> Bits:
    """Rows of truth as rows of 64-bit words, the first fund in the lowest bit."""
    octets = np.packbits(truth, axis=1, bitorder="little")
    words = (truth.shape[1] + 63) // 64
    padded = np.zeros((len(octets), words * 8), dtype=np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view(np.uint64)

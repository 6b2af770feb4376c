"""A fact found in a panel: numbers with their origin, no words and no recipient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from signals.core.field import Axis
from signals.core.measure import Figure


class Basis(StrEnum):
    """Which series of a fund a streak follows; a message always says which."""

    CLOSE = "close"
    NAV = "nav"
    INDEX = "index"
    """The index that the fund tracks."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a signal is about: a fund or index by code, or a market by name."""

    axis: Axis
    code: str


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Something a detector saw on one session.

    Signals are levels: a streak in its seventh session is a signal on each of them. What is worth
    telling, and whether it was told before, is decided elsewhere from `since` and `rung`.
    """

    kind: str
    """Name of the detector."""
    subject: Subject
    day: date
    since: date
    """First session of the episode that this signal belongs to; a one-day event begins on `day`, and so does a
    reading that does not fire, unless it stands in a pause of an episode."""
    rung: int = 1
    """How far up its ladder the episode is; each higher rung is worth telling again. 0 = a reading that
    does not fire."""
    reached: date
    """Session on which it came to that rung."""
    strength: float
    """0 … 1, comparable across detectors: 0.5 is just at the threshold."""
    evidence: Mapping[str, Figure]
    basis: Basis | None = None
    others: Mapping[str, Subject] = field(default_factory=dict)
    """Who else takes part in it, by the part played; named in sentences beside the evidence."""

"""A subscriber's own rule: its words, how often it is told, and what it has found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from signals.core.text import Text
from signals.rules.trial import Evidence

EVERYWHERE = "*"
"""In place of a fund's code: it holds for all funds alike."""


class RuleMode(StrEnum):
    """When a rule is told."""

    EDGE = "edge"
    """When it begins to hold."""
    LEVEL = "level"
    """On each session on which it holds."""


class RuleState(StrEnum):
    """What becomes of a rule; whatever it is, its number is never given to another."""

    ACTIVE = "active"
    PAUSED = "paused"
    EXPIRED = "expired"
    """Its last day is over, and its author was told so."""
    DELETED = "deleted"
    """Gone from the lists, until it is taken back."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """How often and until when a rule is told."""

    mode: RuleMode = RuleMode.EDGE
    cooldown_sessions: int = 5
    """Sessions of silence about a fund after it was told."""
    daily_cap: int = 10
    """Funds that are named on one session; the others are counted."""
    expires_on: date | None = None
    """Its last day; None = it has none."""


@dataclass(frozen=True, kw_only=True)
class OwnRule:
    """A rule that a subscriber has saved; unique on (subscription, number)."""

    id: int
    subscription_id: int
    number: int
    """What its author calls it by."""
    text: str
    """The canonical text, scope included."""
    said: str
    """As its author wrote it."""
    telling: Telling
    state: RuleState = RuleState.ACTIVE
    token: str = ""
    """What a link to it has to know; empty = it was never shared."""


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """A rule that was tried out and waits for its author's word."""

    id: int = 0
    channel: str
    chat: str
    thread: str
    number: int | None = None
    """The rule whose condition it is to replace; None = it is a new one."""
    text: str
    said: str
    telling: Telling
    share: float
    """Of the fund-days of the trial, on how many it held."""
    day: date | None = None
    """The session of which its author has seen where it holds; None = of none."""
    codes: tuple[str, ...] = ()
    """The funds for which it holds there."""


@dataclass(frozen=True, kw_only=True)
class RuleHit:
    """That a rule was told of a fund on a session: once."""

    rule_id: int
    code: str
    day: date
    named: bool = True
    """The fund was told by name, not only counted."""


@dataclass(frozen=True, kw_only=True)
class RuleFinding:
    """A fund (or all of them) for which a rule is worth telling."""

    rule: OwnRule
    meaning: Text
    hit: RuleHit
    counted: bool = False
    """Beyond the daily cap: one of so many others, without a name."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RuleNews:
    """What rules have to say of a session."""

    findings: tuple[RuleFinding, ...] = ()
    """By rule; within a rule the most telling first."""
    expired: Mapping[int, OwnRule] = field(default_factory=dict)
    """Rules whose last day is over and whose author does not know yet, by id."""
    withdrawn: tuple[RuleFinding, ...] = ()
    """What was told of the session by name and does not hold on the figures known now; with these figures."""

    @property
    def hits(self) -> list[RuleHit]:
        """What is to be remembered as told."""
        return [one.hit for one in self.findings]

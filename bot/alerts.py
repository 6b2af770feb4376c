"""What is worth telling: pure decisions over what is seen now and what was told before."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from signals.core.field import Unit
from signals.core.measure import Figure
from signals.core.signal import Basis, Signal, Subject

MATERIAL_CHANGE = 0.1
"""A revision that moves a told figure by more than this share of it is corrected."""


_TOLD_BY_SIZE = frozenset({Unit.CNY, Unit.CNY_CHANGE, Unit.FRACTION, Unit.MOVE})
"""Ranks, counts and percentiles move with other funds' figures and are not worth a correction."""


class Reason(StrEnum):
    """Why somebody is told."""

    NEW = "new"
    STRONGER = "stronger"
    """The same episode came to a higher rung."""
    REMINDER = "reminder"
    """The same episode goes on, and nothing was said of it for a while."""
    ENDED = "ended"
    CORRECTED = "corrected"
    """Later figures of the same session say otherwise."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """The last thing said about a subject by one kind of signal."""

    alert_id: int
    kind: str
    subject: Subject
    day: date
    rung: int
    reason: Reason
    evidence: Mapping[str, Figure]
    basis: Basis | None = None

    @property
    def over(self) -> bool:
        """It was said to have ended or never to have been."""
        return self.reason is Reason.ENDED or self.rung == 0


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A signal worth telling and why; for an end or a withdrawal the signal is a reading of rung 0."""

    signal: Signal
    reason: Reason
    follows: int | None = None
    """Id of the alert that a correction or an end answers; only those who got that one are told."""

    @property
    def tells_of_a_signal(self) -> bool:
        """It is one that fires, not an end, a withdrawal or a correction of what was told."""
        return self.signal.rung > 0 and self.reason is not Reason.CORRECTED


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one detector sees on one session."""

    kind: str
    day: date
    signals: Sequence[Signal]
    read: Callable[[Subject], Signal | None]
    """Its reading of a subject that does not fire; None where its figures are not known."""
    tell_end: bool = False
    intraday: bool = False
    """Seen at a price within the session, of which the next price takes nothing back."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often one episode may be told."""

    edge: date
    """A rung reached before this session is old news: it is shown in digests, not told."""
    remind: date | None = None
    """Episodes last told on or before this session are worth a reminder; None = never."""
    cooled: date | None = None
    """A new episode is told again only if the last one was told on or before this session, or at a higher rung;
    None = always."""

    def cools(self, signal: Signal, before: Told | None) -> bool:
        """Whether the same was told of another episode a short while ago; an end is told anew."""
        if self.cooled is None or before is None or before.over:
            return False
        return before.day > self.cooled and signal.rung <= before.rung


def decide(sights: Iterable[Sight], told: Iterable[Told], pace: Pace) -> list[Alert]:
    """Turn levels into edges.

    1. An episode is new when nothing was told inside it and its rung was reached just now; soon after another one
       only at a higher rung (`Pace.cooled`).
    2. A higher rung of a told episode is told again; the same rung only as a reminder.
    3. What was told of this very session and now reads otherwise is corrected, once per change.
    4. A told episode that reads as over is said to have ended, if its detector wants that; one that pauses
       is not over.
    5. A subject whose figures are not known now is left alone.
    6. What is seen within a session is told once a day, again only at a higher rung, and never taken back.
    """
    last = {(one.kind, one.subject): one for one in told}
    alerts: list[Alert] = []
    for sight in sights:
        firing = {signal.subject for signal in sight.signals}
        if sight.intraday:
            alerts += _within_session(sight, last, pace)
            continue
        for signal in sight.signals:
            alerts += _on_firing(signal, last.get((sight.kind, signal.subject)), pace)
        for (kind, subject), before in last.items():
            if kind == sight.kind and subject not in firing and not before.over and before.day <= sight.day:
                alerts += _on_silence(sight, before)
    return alerts


def _within_session(sight: Sight, last: Mapping[tuple[str, Subject], Told], pace: Pace) -> Iterator[Alert]:
    """Prices swing about a threshold: what was said to be over is not told again on the same day."""
    firing = {signal.subject for signal in sight.signals}
    for signal in sight.signals:
        before = last.get((sight.kind, signal.subject))
        if before is None or before.day < signal.day:
            if not pace.cools(signal, before):
                yield Alert(signal=signal, reason=Reason.NEW)
        elif before.day == signal.day and not before.over and signal.rung > before.rung:
            yield Alert(signal=signal, reason=Reason.STRONGER)
    for (kind, subject), before in last.items():
        told_today = kind == sight.kind and before.day == sight.day and not before.over
        if sight.tell_end and told_today and subject not in firing and (reading := sight.read(subject)):
            yield Alert(signal=reading, reason=Reason.ENDED, follows=before.alert_id)


def _on_firing(signal: Signal, before: Told | None, pace: Pace) -> list[Alert]:
    if before is not None and before.day > signal.day:
        return []
    if before is not None and before.day == signal.day:
        return _on_same_session(signal, before)
    if before is None or before.over or before.day < signal.since:
        news = signal.reached >= pace.edge and not pace.cools(signal, before)
        return [Alert(signal=signal, reason=Reason.NEW)] if news else []
    if signal.rung > before.rung:
        return [Alert(signal=signal, reason=Reason.STRONGER)]
    if pace.remind is not None and before.day <= pace.remind:
        return [Alert(signal=signal, reason=Reason.REMINDER)]
    return []


def _on_same_session(signal: Signal, before: Told) -> list[Alert]:
    if not before.over and signal.rung > before.rung:
        return [Alert(signal=signal, reason=Reason.STRONGER)]
    if before.over or _reads_otherwise(signal, before):
        return [Alert(signal=signal, reason=Reason.CORRECTED, follows=before.alert_id)]
    return []


def _on_silence(sight: Sight, before: Told) -> list[Alert]:
    if before.day < sight.day and not sight.tell_end:
        return []
    reading = sight.read(before.subject)
    if reading is None:
        return []
    if before.day == sight.day:
        return [Alert(signal=reading, reason=Reason.CORRECTED, follows=before.alert_id)]
    if reading.since <= before.day:
        return []  # it pauses
    return [Alert(signal=reading, reason=Reason.ENDED, follows=before.alert_id)]


def _reads_otherwise(signal: Signal, before: Told) -> bool:
    if signal.basis is not before.basis:
        return False  # the other basis came in later: the same fact, not a revision of it
    if signal.rung < before.rung:
        return True
    return any(
        abs(figure.value - now.value) > MATERIAL_CHANGE * abs(figure.value)
        for name, figure in before.evidence.items()
        if figure.unit in _TOLD_BY_SIZE and (now := signal.evidence.get(name)) is not None and now.day == figure.day
    )

"""One message for all alerts that a subscriber gets from one poll, grouped by what they are about."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import repeat

from bot.alerts import Alert, Reason
from bot.messages.letters import Letter, Piece, RulePart, compose
from bot.messages.model import Message, Paragraph
from bot.messages.names import Named
from bot.messages.rules import rule_section
from bot.messages.sentences import Teller
from bot.messages.study import Evidence, evidence_key
from bot.rules import EVERYWHERE, OwnRule, RuleFinding


def render_alerts(
    alerts: Sequence[Alert],
    teller: Teller,
    named: Named,
    asof: datetime,
    *,
    evidence: Evidence | None = None,
    rules: Sequence[RuleFinding] = (),
    withdrawn: Sequence[RuleFinding] = (),
    expired: Sequence[OwnRule] = (),
    demo: bool,
) -> Message:
    """The message of alerts that are not stored: it asks for no reasons."""
    letter = write_letter(
        alerts,
        teller,
        named,
        asof,
        evidence=evidence,
        rules=rules,
        withdrawn=withdrawn,
        expired=expired,
        silent_below=0.0,
        demo=demo,
    )
    return compose(letter, teller.words)


def write_letter(
    alerts: Sequence[Alert],
    teller: Teller,
    named: Named,
    asof: datetime,
    *,
    ids: Sequence[int] = (),
    evidence: Evidence | None = None,
    rules: Sequence[RuleFinding] = (),
    withdrawn: Sequence[RuleFinding] = (),
    expired: Sequence[OwnRule] = (),
    silent_below: float,
    demo: bool,
) -> Letter:
    """Alerts (stored under `ids`) and news of the reader's own rules, in his words.

    It arrives without a sound when nothing in it is as strong as `silent_below`; corrections and the
    reader's own rules are heard.
    """
    past = evidence or Evidence()
    pieces = [
        _piece(alert, number, teller, named, evidence=past, at=asof)
        for alert, number in zip(alerts, ids or repeat(None, len(alerts)), strict=True)
    ]
    blocks = tuple(one for one in rule_section(rules, withdrawn, expired, teller, named) if isinstance(one, Paragraph))
    loud = bool(blocks) or any(one.corrects or one.strength >= silent_below for one in pieces)
    return Letter(
        at=asof,
        pieces=tuple(pieces),
        rules=(RulePart(at=asof, blocks=blocks, funds=tuple(_funds((*rules, *withdrawn), named))),) if blocks else (),
        silent=not loud,
        demo=demo,
    )


def _piece(
    alert: Alert, number: int | None, teller: Teller, named: Named, *, evidence: Evidence, at: datetime
) -> Piece:
    signal, words = alert.signal, teller.words
    key = evidence_key(signal, named.profiles)
    return Piece(
        alert_id=number,
        follows=alert.follows,
        kind=signal.kind,
        subject=signal.subject,
        head=named.head(signal.subject, words),
        name=named.of(signal.subject, words),
        said=teller.alert(alert),
        unheard=teller.unheard(alert),
        past=evidence.line(key, words) if alert.tells_of_a_signal else "",
        past_of=f"{key[0]} {key[1]}",
        strength=signal.strength,
        corrects=alert.reason is Reason.CORRECTED,
        at=at,
    )


def _funds(rules: Sequence[RuleFinding], named: Named) -> Iterator[tuple[str, str]]:
    for one in rules:
        if not one.counted and one.hit.code != EVERYWHERE:
            yield one.hit.code, named.fund(one.hit.code)

"""One message for all alerts that a subscriber gets from one poll, grouped by what they are about."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.alerts import Alert, Reason
from bot.messages.catalogue import Catalogue
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, line, muted
from bot.messages.names import Named
from bot.messages.rules import rule_section
from bot.messages.sentences import Teller
from bot.messages.study import Evidence, EvidenceKey, evidence_key
from bot.rules import EVERYWHERE, OwnRule, RuleFinding
from signals.core.field import Axis
from signals.core.signal import Subject

_MOST_BUTTONS = 3


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
    """Group alerts by subject, the market first, then the fund with the strongest alert; then the reader's own rules.

    Under the first alert of each kind (and class of funds) stands what followed such signals in the past.
    """
    groups: dict[Subject, list[Alert]] = defaultdict(list)
    for alert in sorted(alerts, key=lambda one: -one.signal.strength):
        groups[alert.signal.subject].append(alert)
    words = teller.words
    of_rules = bool(rules or expired or withdrawn)
    title = words.text(_title(alerts, rules_too=of_rules), at=f"{asof:%m-%d %H:%M}")
    blocks: list[Block] = [Heading(_labelled(title, teller, demo=demo), 1)]
    ordered = sorted(groups.items(), key=lambda group: (group[0].axis is Axis.FUND, -group[1][0].signal.strength))
    past = _Past(evidence or Evidence(), named, words)
    blocks += [Paragraph(tuple(_group(subject, group, teller, named, past))) for subject, group in ordered]
    if alerts and of_rules:
        blocks.append(Heading(words.text("rules-section")))
    blocks += rule_section(rules, withdrawn, expired, teller, named)
    subjects = [*(subject for subject, _ in ordered), *_named_funds((*rules, *withdrawn))]
    buttons = _buttons(list(dict.fromkeys(subjects)), named)
    if of_rules:
        buttons = (*buttons, (Button(words.text("rules-button"), "/rules"),))
    return Message(blocks=tuple(blocks), buttons=buttons)


def _title(alerts: Sequence[Alert], *, rules_too: bool) -> str:
    if not alerts:
        return "rules-title"
    follows = all(alert.reason is Reason.CORRECTED for alert in alerts)
    return "corrections-title" if follows and not rules_too else "alerts-title"


def _named_funds(rules: Sequence[RuleFinding]) -> Iterator[Subject]:
    for one in rules:
        if not one.counted and one.hit.code != EVERYWHERE:
            yield Subject(Axis.FUND, one.hit.code)


class _Past:
    """What followed signals in the past, said once for each kind."""

    def __init__(self, evidence: Evidence, named: Named, words: Catalogue) -> None:
        self._evidence = evidence
        self._named = named
        self._words = words
        self._said: set[EvidenceKey] = set()

    def of(self, alert: Alert) -> Iterator[Line]:
        key = evidence_key(alert.signal, self._named.profiles)
        if alert.tells_of_a_signal and key not in self._said:
            self._said.add(key)
            if said := self._evidence.line(key, self._words):
                yield line(muted(said), indent=2)


def _labelled(title: str, teller: Teller, *, demo: bool) -> str:
    return f"{title} {teller.words.text('demo-label')}" if demo else title


def _group(subject: Subject, alerts: Sequence[Alert], teller: Teller, named: Named, past: _Past) -> Iterator[Line]:
    yield line(*named.head(subject, teller.words))
    for alert in alerts:
        yield line(teller.alert(alert), indent=1)
        yield from past.of(alert)


def _buttons(subjects: Sequence[Subject], named: Named) -> tuple[tuple[Button, ...], ...]:
    funds = [subject for subject in subjects if subject.axis is Axis.FUND][:_MOST_BUTTONS]
    return (tuple(Button(named.fund(fund.code), f"/etf {fund.code}") for fund in funds),) if funds else ()

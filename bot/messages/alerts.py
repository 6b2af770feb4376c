"""One message for all alerts that a subscriber gets from one poll, grouped by what they are about."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from bot.alerts import Alert, Reason
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, line
from bot.messages.names import Named
from bot.messages.sentences import Teller
from signals.core.field import Axis
from signals.core.signal import Subject

_MOST_BUTTONS = 3


def render_alerts(alerts: Sequence[Alert], teller: Teller, named: Named, asof: datetime, *, demo: bool) -> Message:
    """Group alerts by subject, the market first, then the fund with the strongest alert."""
    groups: dict[Subject, list[Alert]] = defaultdict(list)
    for alert in sorted(alerts, key=lambda one: -one.signal.strength):
        groups[alert.signal.subject].append(alert)
    words = teller.words
    follows = all(alert.reason is Reason.CORRECTED for alert in alerts)
    title = words.text("corrections-title" if follows else "alerts-title", at=f"{asof:%m-%d %H:%M}")
    blocks: list[Block] = [Heading(_labelled(title, teller, demo=demo), 1)]
    ordered = sorted(groups.items(), key=lambda group: (group[0].axis is Axis.FUND, -group[1][0].signal.strength))
    blocks += [Paragraph(tuple(_group(subject, group, teller, named))) for subject, group in ordered]
    return Message(blocks=tuple(blocks), buttons=_buttons([subject for subject, _ in ordered], named))


def _labelled(title: str, teller: Teller, *, demo: bool) -> str:
    return f"{title} {teller.words.text('demo-label')}" if demo else title


def _group(subject: Subject, alerts: Sequence[Alert], teller: Teller, named: Named) -> list[Line]:
    head = line(*named.head(subject, teller.words))
    return [head, *(line(teller.alert(alert), indent=1) for alert in alerts)]


def _buttons(subjects: Sequence[Subject], named: Named) -> tuple[tuple[Button, ...], ...]:
    funds = [subject for subject in subjects if subject.axis is Axis.FUND][:_MOST_BUTTONS]
    return (tuple(Button(named.fund(fund.code), f"/etf {fund.code}") for fund in funds),) if funds else ()

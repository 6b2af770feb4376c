"""Why somebody was told: every input of an alert with its origin, the thresholds, the formula, and why then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.alerts import Alert, Reason
from bot.messages.figures import figure_text
from bot.messages.model import Block, Heading, Line, Message, Paragraph, code, line, muted, paragraph
from bot.messages.names import Named
from bot.messages.sentences import Teller
from signals.core.detector import Detector
from signals.core.field import Unit
from signals.core.measure import Figure

_BARE = {
    Unit.SESSIONS: "why-sessions",
    Unit.COUNT: "why-count",
    Unit.RANK: "why-rank",
    Unit.DEVIATIONS: "why-deviations",
    Unit.POINTS: "why-points",
    Unit.CNY_PER_SHARE: "why-per-share",
}
"""Units that a figure is written without where a sentence says what it is."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is stored beside an alert."""

    known_at: datetime
    """In Asia/Shanghai."""
    sent_at: datetime | None = None
    """When this chat got it, in Asia/Shanghai; None = it did not, or is just getting it."""
    before: Alert | None = None
    """What was said of the same just before it."""
    corrected: bool = False
    """It was corrected later."""
    demo: bool = False


def explain(
    alert: Alert, told: Circumstances, detectors: Mapping[str, Detector], teller: Teller, named: Named
) -> Message:
    """All that is known of why an alert was told; nothing in it is computed anew."""
    signal, words = alert.signal, teller.words
    detector = detectors.get(signal.kind)
    title = words.text("why-title", title=teller.title(signal.kind))
    said = teller.alert(alert) if detector else teller.reading(signal)
    blocks: list[Block] = [
        Heading(f"{title} {words.text('demo-label')}" if told.demo else title, 1),
        paragraph(line(*named.head(signal.subject, words)), line(said, indent=1)),
    ]
    if told.corrected:
        blocks.append(paragraph(line(words.text("why-withdrawn"))))
    blocks += [Heading(words.text("why-inputs")), Paragraph(tuple(_inputs(alert, teller, named)))]
    if detector is None:
        blocks.append(paragraph(line(muted(words.text("why-gone")))))
    else:
        settings = [line(code(name), f" = {value}", indent=1) for name, value in detector.settings().items()]
        blocks += [
            Heading(words.text("why-thresholds")),
            Paragraph(tuple(settings)),
            Heading(words.text("why-formula")),
            paragraph(words.of(detector.about)),
        ]
    blocks += [Heading(words.text("why-told")), Paragraph(tuple(_told(alert, told, teller)))]
    return Message(blocks=tuple(blocks))


def _inputs(alert: Alert, teller: Teller, named: Named) -> Iterator[Line]:
    words = teller.words
    for name, figure in alert.signal.evidence.items():
        values = {"label": teller.label(name), "value": _value(figure, teller)}
        said = words.text("why-input-of", of=figure.of, **values) if figure.of else words.text("why-input", **values)
        yield line(said + teller.dated(figure.day, [figure]), indent=1)
        yield line(muted(words.text("why-source", source=figure.source)), indent=2)
    for other in alert.signal.others.values():
        yield line(words.text("why-other", name=named.of(other, words)), indent=1)


def _value(figure: Figure, teller: Teller) -> str:
    text = figure_text(figure, teller.language)
    return teller.words.text(_BARE[figure.unit], value=text) if figure.unit in _BARE else text


def _told(alert: Alert, told: Circumstances, teller: Teller) -> Iterator[Line]:
    words, signal = teller.words, alert.signal
    yield line(words.text("why-known", at=_minute(told.known_at), day=signal.day.isoformat()), indent=1)
    if told.sent_at is not None:
        yield line(words.text("why-sent", at=_minute(told.sent_at)), indent=1)
    yield line(_reason(alert, told.before, teller), indent=1)
    if signal.rung:
        yield line(muted(words.text("why-strength", strength=f"{signal.strength:.2f}")), indent=1)


def _reason(alert: Alert, before: Alert | None, teller: Teller) -> str:
    signal = alert.signal
    values = {
        "since": _day(signal.since),
        "reached": _day(signal.reached),
        "day": _day(signal.day),
        "rung": str(signal.rung),
    }
    if alert.reason is Reason.STRONGER and before is not None:
        more = {"before": _day(before.signal.day), "rungBefore": str(before.signal.rung)}
        return teller.words.text("why-stronger-than", **values, **more)
    return teller.words.text(f"why-reason-{alert.reason}", **values)


def _day(day: date) -> str:
    return day.isoformat()


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"

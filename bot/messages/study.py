"""What followed a signal in the past, in words: a line under an alert, and the whole of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.messages.catalogue import Catalogue
from bot.messages.figures import number
from bot.messages.model import (
    Block,
    Heading,
    Line,
    Message,
    Paragraph,
    Picture,
    Span,
    Style,
    Table,
    line,
    muted,
    paragraph,
)
from signals.core.field import Axis, Unit
from signals.core.profile import FundClass, Profile
from signals.core.signal import Signal
from signals.study.evidence import Outcome, Rates, Study

_GROUPS = frozenset({Axis.CLASS, Axis.TRACKED})

EvidenceKey = tuple[str, FundClass | None]
"""A kind of signal, and the class of its funds where it is about funds."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The studies that belong to the signals of a message."""

    studies: Mapping[EvidenceKey, Study] = field(default_factory=dict)
    horizon_sessions: int = 5

    def line(self, key: EvidenceKey, words: Catalogue) -> str:
        """The one line of a kind; empty where nothing is known."""
        study = self.studies.get(key)
        return dated_line(study, self.horizon_sessions, words) if study else ""


def evidence_key(signal: Signal, profiles: Mapping[str, Profile]) -> EvidenceKey:
    """Which study belongs to a signal."""
    profile = profiles.get(signal.subject.code) if signal.subject.axis is Axis.FUND else None
    return signal.kind, profile.fund_class if profile else None


def dated_line(study: Study, horizon_sessions: int, words: Catalogue) -> str:
    """`study_line` where nothing else says from when on signals were counted."""
    said = study_line(study, horizon_sessions, words)
    return said + words.text("study-since", since=study.first.isoformat()) if said and study.first else said


def study_line(study: Study, horizon_sessions: int, words: Catalogue) -> str:
    """How often there were such signals, and what followed; too few are only counted."""
    outcome = study.after(horizon_sessions)
    if outcome is None or study.first is None:
        return ""
    if outcome.rates is None:
        key = "study-line-few" if outcome.count else "study-line-none"
        return words.text(key, count=str(outcome.count))
    rates = outcome.rates
    low, high = (_points(one) for one in rates.up_between)
    figures = {
        "count": str(outcome.count),
        "days": str(horizon_sessions),
        "up": share(rates.up),
        "base": share(rates.base_up),
        "low": low,
        "high": high,
    }
    if study.index:
        return words.text("study-line-market", index=words.text(f"index-{study.index}"), **figures)
    return words.text("study-line", **figures)


def study_message(
    study: Study, title: str, horizon_sessions: int, words: Catalogue, picture: Picture | None, *, demo: bool
) -> Message:
    """The whole study: what was looked at, the picture, all horizons, and how to read them."""
    heading = words.text("study-title", title=title) + (f" {words.text('demo-label')}" if demo else "")
    lines = [line(study_scope(study, words))]
    if said := study_line(study, horizon_sessions, words):
        lines.append(line(Span(said, Style.STRONG)))
    blocks: list[Block] = [Heading(heading, 1), Paragraph(tuple(lines))]
    if picture is not None:
        blocks.append(picture)
    if telling(study):
        blocks += [
            Heading(words.text("study-up-title")),
            _table(study, "up", words),
            Heading(words.text("study-net-title" if study.netted else "study-move-title")),
            _table(study, "net", words),
        ]
    blocks.append(Paragraph(tuple(_notes(study, words))))
    return Message(blocks=tuple(blocks))


def thresholds_message(
    studies: Sequence[Study], values: Sequence[str], what: str, horizon_sessions: int, words: Catalogue, *, demo: bool
) -> Message:
    """What followed when a quantity came to each of several values, a row for each."""
    heading = words.text("study-title", title=what) + (f" {words.text('demo-label')}" if demo else "")
    columns = ("at", "count", "up", "base", "between", "mean", "range")
    first = studies[0]
    if first.first is None or first.last is None:
        return Message(blocks=(Heading(heading, 1), paragraph(words.text("study-nothing"))))
    said = words.text(
        "study-reaching",
        what=what,
        days=str(horizon_sessions),
        where=class_name(first.fund_class or FundClass.OTHER, words),
        first=first.first.isoformat(),
        last=first.last.isoformat(),
    )
    table = Table(
        tuple(words.text(f"study-column-{name}") for name in columns),
        tuple(
            (Span(value), *_threshold_row(study.after(horizon_sessions), words))
            for value, study in zip(values, studies, strict=True)
        ),
    )
    return Message(blocks=(Heading(heading, 1), paragraph(said), table, Paragraph(tuple(_notes(first, words)))))


def _threshold_row(outcome: Outcome | None, words: Catalogue) -> Iterator[Span]:
    yield Span(str(outcome.count) if outcome else "0")
    rates = outcome.rates if outcome else None
    if outcome is None or rates is None:
        yield from _unknown(5, words)
        return
    yield from [*_up_row(outcome, words)][2:]
    mean, _, between, *_ = [*_net_row(outcome, words)][1:]
    yield from (mean, between)


def study_scope(study: Study, words: Catalogue) -> str:
    """Whose signals of which time; or that none could be judged."""
    if study.first is None or study.last is None:
        return words.text("study-nothing")
    span = {"first": study.first.isoformat(), "last": study.last.isoformat(), "count": str(study.firings)}
    if study.index:
        return words.text("study-scope-market", index=words.text(f"index-{study.index}"), **span)
    if study.fund_class is None:
        key = "study-scope-classes" if study.axis is Axis.CLASS else "study-scope-indices"
        return words.text(key, subjects=str(study.subjects), **span)
    name = class_name(study.fund_class, words)
    return words.text("study-scope-funds", what=name, subjects=str(study.subjects), **span)


def class_name(one: FundClass, words: Catalogue) -> str:
    """What a class of funds is called."""
    return words.text(f"study-class-{one.replace('_', '-')}")


def _table(study: Study, what: str, words: Catalogue) -> Table:
    columns: tuple[str, ...] = (
        ("after", "count", "up", "base", "between") if what == "up" else ("after", "mean", "base", "range", "median")
    )
    if what == "net" and study.netted:
        columns = (*columns, "ahead")
    row = _up_row if what == "up" else _net_row
    return Table(
        tuple(words.text(f"study-column-{name}") for name in columns),
        tuple(tuple(row(one, words))[: len(columns)] for one in study.outcomes),
    )


def _up_row(outcome: Outcome, words: Catalogue) -> Iterator[Span]:
    yield Span(words.text("study-days", days=str(outcome.horizon_sessions)))
    yield Span(str(outcome.count))
    if outcome.rates is None:
        yield from _unknown(3, words)
        return
    low, high = (_points(one) for one in outcome.rates.up_between)
    yield Span(share(outcome.rates.up), _style(outcome.rates.up_between))
    yield Span(share(outcome.rates.base_up))
    yield Span(f"{low}…{high}")


def _net_row(outcome: Outcome, words: Catalogue) -> Iterator[Span]:
    yield Span(words.text("study-days", days=str(outcome.horizon_sessions)))
    rates = outcome.rates
    if rates is None:
        yield from _unknown(5, words)
        return
    yield Span(move(rates.mean_net, words), _style(rates.net_between))
    yield Span(move(rates.base_net, words))
    yield Span("…".join(move(one, words) for one in rates.net_between))
    yield Span(move(rates.median_net, words))
    yield Span(share(rates.ahead))


def _unknown(cells: int, words: Catalogue) -> Iterator[Span]:
    yield muted(words.text("study-few"))
    yield from (Span("—") for _ in range(cells - 1))


def _style(between: tuple[float, float]) -> Style:
    """A colour only where the difference is on one side of zero."""
    return Style.UP if between[0] > 0 else Style.DOWN if between[1] < 0 else Style.PLAIN


def _notes(study: Study, words: Catalogue) -> Iterator[Line]:
    keys = ["study-note-entry", "study-note-base", "study-note-interval", "study-note-funds", "study-note-past"]
    if study.netted:
        keys.insert(1, "study-note-net")
    if study.axis in _GROUPS:
        keys.insert(1, "study-note-groups")
    for key in keys:
        yield line(muted(words.text(key)), indent=1)


def telling(study: Study) -> list[tuple[Outcome, Rates]]:
    """The horizons of which enough is known."""
    return [(one, one.rates) for one in study.outcomes if one.rates is not None]


def move(value: float, words: Catalogue) -> str:
    """A mean or median return, with its sign."""
    return number(value, Unit.MOVE, words.language)


def share(value: float) -> str:
    """A share of firings."""
    return f"{value * 100:.1f}%"


def _points(value: float) -> str:
    """A difference of shares in percentage points."""
    text = f"{abs(value) * 100:.1f}"
    return text if not float(text) else ("−" if value < 0 else "+") + text

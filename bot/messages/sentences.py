"""A signal as a sentence: figures in natural units, each with its date, estimates marked."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from bot.alerts import Alert, Reason
from bot.messages.catalogue import Catalogue, catalogue, placeholders
from bot.messages.figures import day_text, figure_text
from bot.messages.names import Named
from bot.subscriptions import Language
from signals.core.detector import Detector
from signals.core.field import Unit
from signals.core.measure import Figure
from signals.core.signal import Signal

_SIZE = "_size"
"""Ends the placeholder of a figure without its sign."""

_NAME = "_name"
"""Ends the placeholder of the name of a stock whose figure it is."""

_COUNTS = frozenset({Unit.SESSIONS, Unit.COUNT, Unit.RANK, Unit.RATIO, Unit.DEVIATIONS})
"""Units whose figures share the date of their sentence: a length of a streak has no date of its own."""

_UNSIGNED = {Unit.CNY_CHANGE: Unit.CNY, Unit.MOVE: Unit.FRACTION}

_FLOW = "flow"
"""Evidence of this name is money that came in or went out."""

_MOST_READINGS = 3


class Teller:
    """Puts signals into words of one language; funds that take part in one are called as `named` has it."""

    def __init__(
        self, language: Language, detectors: Mapping[str, Detector], today: date, named: Named | None = None
    ) -> None:
        self.language = language
        self.words: Catalogue = catalogue(language)
        self._detectors = detectors
        self.today = today
        self._named_funds = named or Named({})

    def title(self, kind: str) -> str:
        """The name of a kind of signal."""
        detector = self._detectors.get(kind)
        return self.words.of(detector.title) if detector else kind

    def sentence(self, signal: Signal) -> str:
        """What the signal says, with the date of its figures; the bare figures where it lacks one for a sentence."""
        detector = self._detectors[signal.kind]
        values = {name: self.inline(figure, signal.day) for name, figure in signal.evidence.items()}
        values |= {name + _SIZE: self.inline(_size(figure), signal.day) for name, figure in signal.evidence.items()}
        values |= {part: self._named_funds.fund(one.code) for part, one in signal.others.items()}
        values |= {name + _NAME: figure.of for name, figure in signal.evidence.items() if figure.of}
        if signal.basis is not None:
            values["basis"] = self.words.text(f"basis-{signal.basis}")
        shown = placeholders(self.words.of(detector.sentence))
        if not values.keys() >= {*shown}:
            return self.words.text("reading", title=self.title(signal.kind), said=self.reading(signal))
        named = [one for name, one in signal.evidence.items() if {name, name + _SIZE} & {*shown}]
        said = self.words.sentence(detector.sentence, values)
        return said + "".join(self._remarks(signal)) + self.dated(signal.day, named)

    def alert(self, alert: Alert) -> str:
        """A signal with the reason for telling it."""
        signal = alert.signal
        if signal.rung:
            said = self.sentence(signal)
            return self.words.text(f"reason-{alert.reason}", said=said)
        key = "withdrawn" if alert.reason is Reason.CORRECTED else "ended"
        return self.words.text(key, title=self.title(signal.kind), said=self.reading(signal))

    def unheard(self, alert: Alert) -> str:
        """A correction or an end for a reader who was not told yet what it answers; empty for other alerts."""
        signal = alert.signal
        if alert.follows is None:
            return ""
        if signal.rung:
            return self.words.text("corrected-unheard", said=self.sentence(signal))
        key = "withdrawn-unheard" if alert.reason is Reason.CORRECTED else "ended-unheard"
        return self.words.text(key, title=self.title(signal.kind), said=self.reading(signal))

    def reading(self, signal: Signal) -> str:
        """The main figures of a signal that does not fire."""
        told = [(name, one) for name, one in signal.evidence.items() if one.unit not in _COUNTS][:_MOST_READINGS]
        figures = [self._named(name, one, signal.day) for name, one in told]
        return self.words.text("list-comma").join(figures) + self.dated(signal.day, [one for _, one in told])

    def _named(self, name: str, figure: Figure, day: date) -> str:
        """A figure behind its name; money is called by its direction."""
        if name == _FLOW:
            return self.flow(figure) + self._own_date(figure, day)
        return self.label(name) + self.words.text("label-gap") + self.inline(figure, day)

    def label(self, name: str) -> str:
        """The name of a piece of evidence; a plug-in's own name where the catalogue has none."""
        key = f"evidence-{name.replace('_', '-')}"
        return self.words.text(key) if key in self.words else name

    def inline(self, figure: Figure, day: date) -> str:
        """A figure's value; with its own date where that is not the sentence's."""
        return figure_text(figure, self.language) + self._own_date(figure, day)

    def _own_date(self, figure: Figure, day: date) -> str:
        if figure.day == day or figure.unit in _COUNTS:
            return ""
        return self.words.text("dated", day=day_text(figure.day, self.today))

    def dated(self, day: date, figures: Iterable[Figure]) -> str:
        """The date that figures share, and whether some of them are estimates."""
        key = "dated-estimated" if any(figure.estimated for figure in figures) else "dated"
        return self.words.text(key, day=day_text(day, self.today))

    def rank(self, rank: Figure | None, size: Figure | None) -> str:
        """Standing among peers; empty where it may not be stated."""
        if rank is None or size is None:
            return ""
        key = "rank-first" if rank.value == 1 else "rank"
        return self.words.text(key, rank=f"{rank.value:.0f}", size=f"{size.value:.0f}")

    def flow(self, figure: Figure) -> str:
        """Money in or out, by its sign."""
        key = "outflow" if figure.value < 0 else "inflow"
        return self.words.text(key, flow=self.amount(figure))

    def amount(self, figure: Figure) -> str:
        """How much money, whichever way it went."""
        return figure_text(_size(figure), self.language)

    def reach(self, *, whole: bool, gaps: int) -> str:
        """How far a streak can be vouched for: it may be longer than the data, and hold unknown sessions."""
        said = self.words.text("open-start") if whole else ""
        return said + (self.words.text("gaps", days=str(gaps)) if gaps else "")

    def _remarks(self, signal: Signal) -> Iterable[str]:
        yield self.rank(signal.evidence.get("rank"), signal.evidence.get("rank_of"))
        gaps = signal.evidence.get("gaps")
        yield self.reach(whole="open_start" in signal.evidence, gaps=int(gaps.value) if gaps else 0)
        if split := signal.evidence.get("split"):
            yield self.words.text("split", ratio=figure_text(split, self.language))


def _size(figure: Figure) -> Figure:
    return replace(figure, value=abs(figure.value), unit=_UNSIGNED.get(figure.unit, figure.unit))

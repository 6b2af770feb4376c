"""What the digests of one panel share in one language: cards and sentences, each written once for all readers."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, TypeVar

from bot.messages.cards import FundCard
from bot.messages.model import Line, Paragraph, Span, line, strong
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.sights import signals_of
from bot.subscriptions import Language
from signals.core.detector import Detector, Tell
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.prices import TRADED_VALUE
from signals.core.profile import EQUITY_LIKE
from signals.core.signal import Signal
from signals.core.themes import Theme

Made = TypeVar("Made")

_MOST_SENTENCES = 3


class Facts:
    """A panel, told in one language as of one day."""

    def __init__(
        self,
        panel: Panel,
        detectors: Mapping[str, Detector],
        language: Language,
        today: date,
        themes: Collection[Theme] = (),
    ) -> None:
        self.panel = panel
        self.detectors = detectors
        self.today = today
        self.named = Named(panel.profiles)
        self.teller = Teller(language, detectors, today, self.named)
        self.words = self.teller.words
        self._themes = themes
        self._signals = signals_of(panel, detectors.values())
        self._of_indices = signals_of(panel, detectors.values(), Axis.TRACKED)
        self._made: dict[tuple[str, str], Any] = {}

    def once(self, kind: str, of: str, make: Callable[[], Made]) -> Made:
        """What `make` makes of something, the first time it is asked for."""
        known: Made | None = self._made.get((kind, of))
        if known is None:
            known = self._made[kind, of] = make()
        return known

    @property
    def last(self) -> date:
        """The session that the digest is about."""
        return self.panel.sessions[-1]

    def ordered(self, funds: Collection[str]) -> list[str]:
        """Those of these funds that the market knows, the most telling first."""
        known = [code for code in funds if code in self.panel.columns[Axis.FUND]]
        return sorted(known, key=lambda code: (-max((one.strength for one in self.told(code)), default=0.0), code))

    def told(self, fund: str) -> list[Signal]:
        """Signals of a fund that are sentences; levels that only digests show stand in the card's points."""
        return [one for one in self._signals.get(fund, ()) if self.detectors[one.kind].tell is Tell.ALERT]

    def full(self, fund: str) -> Paragraph:
        """Everything about a fund: what is seen of it, then its figures."""
        return self.once("full", fund, lambda: Paragraph((self._head(fund), *self._points(fund))))

    def news_of(self, fund: str) -> Paragraph:
        """A fund whose figures stand elsewhere: what is seen of it alone."""
        said = [line(strong(self.teller.sentence(one)), indent=1) for one in self.told(fund)[:_MOST_SENTENCES]]
        return Paragraph((line(*self.named.spans(fund)), *said))

    def brief(self, fund: str) -> Line:
        """Name, change and newest flow in one line."""
        return self.once("brief", fund, lambda: self._card(fund).brief())

    def short(self, fund: str) -> Line:
        """Name, change and the most telling sentence in one line; the newest flow where there is none."""
        return self.once("short", fund, lambda: self._in_a_line(fund, self.told(fund)))

    def noted(self, fund: str) -> Paragraph:
        """A fund that others may care for: what is new of it."""
        return self.once("noted", fund, lambda: Paragraph((self._head(fund), *self._news_lines(fund))))

    def noted_short(self, fund: str) -> Line:
        """The same in one line."""
        label = strong(self.words.text("digest-short-notable"))
        return line(label, *self._in_a_line(fund, self.news(fund)).spans)

    def news(self, fund: str) -> list[Signal]:
        """What began or grew on its session: a sum that has been high for weeks is nobody's news."""
        return [one for one in self._signals.get(fund, ()) if one.reached == one.day]

    def most_notable(self, least_amount_cny: float, of_a_kind: int) -> list[str]:
        """Equity funds with the strongest news, hardly traded ones left out, few of a kind in front."""
        lively = []
        for fund in self._signals:
            news, amount = self.news(fund), TRADED_VALUE.figure(self.panel, fund)
            equity = self.panel.profiles[fund].fund_class in EQUITY_LIKE
            if news and equity and amount is not None and amount.value >= least_amount_cny:
                lively.append((-news[0].strength, -len(news), fund))
        front, rest, kinds = list[str](), list[str](), Counter[str]()
        for _, _, fund in sorted(lively):
            kind = self.news(fund)[0].kind
            kinds[kind] += 1
            (front if kinds[kind] <= of_a_kind else rest).append(fund)
        return front + rest

    def _card(self, fund: str) -> FundCard:
        return FundCard(self.panel, self.teller, fund, self.today, self._themes)

    def _head(self, fund: str) -> Line:
        return self._card(fund).head()

    def _points(self, fund: str) -> list[Line]:
        card, told = self._card(fund), self.told(fund)[:_MOST_SENTENCES]
        return [
            *(line(strong(self.teller.sentence(one)), indent=1) for one in told),
            *card.points([figure for one in told for figure in one.evidence.values()]),
            *card.hood(self._of_indices),
        ]

    def _news_lines(self, fund: str) -> list[Line]:
        return [line(self.teller.sentence(one), indent=1) for one in self.news(fund)[:_MOST_SENTENCES]]

    def _in_a_line(self, fund: str, told: Collection[Signal]) -> Line:
        if not told:
            return self.brief(fund)
        said = self.words.text("digest-said", said=self.teller.sentence(next(iter(told))))
        return line(*self._card(fund).head().spans, Span(said))

"""The evening and the morning note: market and margin, the reader's funds, notable funds, disclaimer."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from bot.messages.cards import FundCard
from bot.messages.figures import day_text
from bot.messages.groups import class_lines, tracked_lines
from bot.messages.market import index_lines, margin_lines
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, line, muted, paragraph, strong
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.sights import signals_of
from bot.subscriptions import ALL_FUNDS, Language
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector, Tell
from signals.core.field import CLOSE, NAV, SHARES, Axis
from signals.core.market import FINANCING_BALANCE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import TRADED_VALUE
from signals.core.profile import EQUITY_LIKE, exchange_of
from signals.core.signal import Signal
from signals.core.themes import Theme

_MOST_SENTENCES = 3

_FEW_FUNDS = 6
"""Readers of so many funds get every one in full; longer lists fold what is quiet."""


class Edition(StrEnum):
    """Which note of the day it is."""

    EVENING = "evening"
    MORNING = "morning"


@dataclass(frozen=True, kw_only=True)
class DigestLimits:
    """How long a digest may grow."""

    notable_funds: int = 6
    notable_amount_cny: float = 1e8
    """A fund that trades less in a session is nobody's news."""
    notable_of_a_kind: int = 2
    max_funds: int = 60
    """Watched funds that are listed; the rest is counted."""


class DigestWriter:
    """Writes the digests of one panel; what several readers share is worked out once."""

    def __init__(
        self,
        panel: Panel,
        detectors: Mapping[str, Detector],
        limits: DigestLimits,
        *,
        edition: Edition,
        today: date,
        themes: Collection[Theme] = (),
    ) -> None:
        self._panel = panel
        self._limits = limits
        self._edition = edition
        self._today = today
        self._detectors = detectors
        self._themes = themes
        self._signals = signals_of(panel, detectors.values())
        self._of_indices = signals_of(panel, detectors.values(), Axis.TRACKED)
        named = Named(panel.profiles)
        self._tellers = {language: Teller(language, detectors, today, named) for language in Language}
        self._notable = self._most_notable()

    def write(self, funds: frozenset[str], language: Language) -> Message:
        """The digest of a reader who follows `funds` (codes, or `ALL_FUNDS`)."""
        teller = self._tellers[language]
        words = teller.words
        mine = [] if ALL_FUNDS in funds else self._ordered(funds)
        blocks: list[Block] = [
            Heading(self._title(teller), 1),
            paragraph(
                line(muted(words.text("digest-asof", at=f"{self._panel.asof.astimezone(MARKET_ZONE):%m-%d %H:%M}")))
            ),
            Heading(words.text("digest-market")),
            Paragraph(
                (
                    *index_lines(self._panel, teller),
                    *class_lines(self._panel, teller),
                    *tracked_lines(self._panel, teller),
                    *margin_lines(self._panel, teller, self._today),
                )
            ),
        ]
        blocks += self._mine(mine, sorted(funds.difference(mine)), teller) if ALL_FUNDS not in funds else []
        blocks += self._notable_blocks(frozenset(mine), teller)
        blocks += self._missing(teller)
        blocks.append(paragraph(line(muted(words.text("digest-disclaimer")))))
        buttons = tuple(Button(self._panel.profiles[code].name, f"/etf {code}") for code in mine[:3])
        return Message(blocks=tuple(blocks), buttons=(buttons,) if buttons else ())

    def release(self) -> None:
        """Nothing more is written: give back the room of what was worked out."""
        self._panel.release()

    def _title(self, teller: Teller) -> str:
        day = self._today if self._edition is Edition.MORNING else self._panel.sessions[-1]
        key = "digest-morning-title" if self._edition is Edition.MORNING else "digest-title"
        title = teller.words.text(key, day=day.isoformat(), weekday=teller.words.text(f"weekday-{day.weekday()}"))
        return f"{title} {teller.words.text('demo-label')}" if self._panel.demo else title

    def _ordered(self, funds: Iterable[str]) -> list[str]:
        """The reader's funds that the market knows, the most telling first."""
        known = [code for code in funds if code in self._panel.columns[Axis.FUND]]
        return sorted(known, key=lambda code: (-self._telling(code), code))

    def _telling(self, fund: str) -> float:
        return max((one.strength for one in self._told(fund)), default=0.0)

    def _told(self, fund: str) -> list[Signal]:
        """Signals of a fund that are sentences; levels that only digests show stand in the card's points."""
        return [one for one in self._signals.get(fund, ()) if self._detectors[one.kind].tell is Tell.ALERT]

    def _mine(self, mine: list[str], unknown: list[str], teller: Teller) -> Iterator[Block]:
        words = teller.words
        yield Heading(words.text("digest-mine"))
        if not mine and not unknown:
            yield paragraph(line(words.text("digest-mine-none")))
        listed = mine[: self._limits.max_funds]
        quiet = [code for code in listed if not self._told(code)]
        for fund in listed:
            if fund not in quiet or len(listed) <= _FEW_FUNDS:
                yield Paragraph(tuple(self._full(fund, teller)))
        if quiet and len(listed) > _FEW_FUNDS:
            yield paragraph(line(strong(words.text("digest-mine-quiet"))))
            yield Paragraph(tuple(self._card(code, teller).brief() for code in quiet), folded=True)
        if len(mine) > len(listed):
            yield paragraph(line(muted(words.text("digest-mine-more", count=len(mine) - len(listed)))))
        if unknown:
            codes = words.text("exchange-join").join(unknown)
            yield paragraph(line(muted(words.text("digest-mine-unknown", codes=codes))))

    def _full(self, fund: str, teller: Teller) -> Iterator[Line]:
        card = self._card(fund, teller)
        yield card.head()
        told = self._told(fund)[:_MOST_SENTENCES]
        for signal in told:
            yield line(strong(teller.sentence(signal)), indent=1)
        yield from card.points([figure for one in told for figure in one.evidence.values()])
        yield from card.hood(self._of_indices)

    def _card(self, fund: str, teller: Teller) -> FundCard:
        return FundCard(self._panel, teller, fund, self._today, self._themes)

    def _most_notable(self) -> list[str]:
        """Equity funds with the strongest news, hardly traded ones left out, few of a kind in front."""
        lively = []
        for fund in self._signals:
            news = self._news(fund)
            amount = TRADED_VALUE.figure(self._panel, fund)
            equity = self._panel.profiles[fund].fund_class in EQUITY_LIKE
            if news and equity and amount is not None and amount.value >= self._limits.notable_amount_cny:
                lively.append((-news[0].strength, -len(news), fund))
        front, rest, kinds = list[str](), list[str](), Counter[str]()
        for _, _, fund in sorted(lively):
            kind = self._news(fund)[0].kind
            kinds[kind] += 1
            (front if kinds[kind] <= self._limits.notable_of_a_kind else rest).append(fund)
        return front + rest

    def _news(self, fund: str) -> list[Signal]:
        """What began or grew on its session: a sum that has been high for weeks is nobody's news."""
        return [one for one in self._signals[fund] if one.reached == one.day]

    def _notable_blocks(self, mine: frozenset[str], teller: Teller) -> Iterator[Block]:
        others = [fund for fund in self._notable if fund not in mine][: self._limits.notable_funds]
        if not others:
            return
        yield Heading(teller.words.text("digest-notable"))
        for fund in others:
            lines = [self._card(fund, teller).head()]
            lines += [line(teller.sentence(one), indent=1) for one in self._news(fund)[:_MOST_SENTENCES]]
            yield Paragraph(tuple(lines))

    def _missing(self, teller: Teller) -> Iterator[Block]:
        lines = [line(text, indent=1) for text in _missing(self._panel, teller, self._today)]
        if lines:
            yield Paragraph((line(muted(teller.words.text("digest-missing"))), *lines))


def _missing(panel: Panel, teller: Teller, today: date) -> Iterator[str]:
    """What the last session still lacks, by name."""
    words, last = teller.words, len(panel.sessions) - 1
    day = day_text(panel.sessions[last], today)
    for newest, key in (
        (panel.fresh_row({CLOSE}), "digest-missing-bars"),
        (panel.fresh_row({NAV}), "digest-missing-nav"),
        (_margin_row(panel), "digest-missing-margin"),
    ):
        if newest is not None and newest < last:
            yield words.text(key, day=day)
    late = [exchange for exchange in ("SSE", "SZSE") if not _shares_out(panel, exchange)]
    if late and panel.fresh_row({SHARES}) is not None:
        names = words.text("exchange-join").join(words.text(f"exchange-{exchange}") for exchange in late)
        yield words.text("digest-missing-shares", day=day, exchange=names)


def _margin_row(panel: Panel) -> int | None:
    """The newest session whose balances both exchanges have published."""
    known = np.isfinite(FINANCING_BALANCE.on(panel).values[:, panel.column(Axis.MARKET, BOTH_EXCHANGES)])
    return int(np.flatnonzero(known)[-1]) if known.any() else None


def _shares_out(panel: Panel, exchange: str) -> bool:
    columns = [at for at, code in enumerate(panel.subjects[Axis.FUND]) if exchange_of(code) == exchange]
    return not columns or bool(np.isfinite(panel.values(SHARES)[-1, columns]).any())

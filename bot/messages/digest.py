"""The evening, the morning and the weekly note, as one reader wishes it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from bot.messages.facts import Facts
from bot.messages.funds_section import fund_blocks, funds_short
from bot.messages.leaders import indices_of, leader_blocks, leaders_short
from bot.messages.market_section import market_blocks, market_short
from bot.messages.missing import came_lines, missing
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, Picture, line, muted, paragraph, strong
from bot.messages.rules import rule_section
from bot.messages.week import WeekNote
from bot.messages.wishes import DigestWishes
from bot.preferences import Colours, Layout, Length, Section
from bot.subscriptions import ALL_FUNDS, Language
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector
from signals.core.panel import Panel
from signals.core.themes import Theme

HeadPicture: TypeAlias = Callable[[Panel, Language, Colours], Picture | None]
"""Draws what stands at the head of the digests of a panel."""

SHORT_LINES = 12
"""A short digest is no longer, so long as each of its parts has a line."""

_LEAST_FUNDS = 2
_BUTTONS = 3


class Edition(StrEnum):
    """Which note it is."""

    EVENING = "evening"
    MORNING = "morning"
    WEEKLY = "weekly"
    """The evening note of a week's last session, with the week before the day."""


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
        today: date,
        themes: Collection[Theme] = (),
        head: HeadPicture | None = None,
    ) -> None:
        self.panel = panel
        self._limits = limits
        self._head = head
        self._facts = {language: Facts(panel, detectors, language, today, themes) for language in Language}
        self._weeks = {language: WeekNote(facts) for language, facts in self._facts.items()}
        self._pictures: dict[tuple[Language, Colours], Picture | None] = {}
        some = self._facts[Language.ZH]
        self._notable = some.most_notable(limits.notable_amount_cny, limits.notable_of_a_kind)

    def write(self, edition: Edition, wishes: DigestWishes) -> Message:
        """The digest of a reader."""
        facts = self._facts[wishes.language]
        mine = [] if ALL_FUNDS in wishes.funds else facts.ordered(wishes.funds)
        short = wishes.length is Length.SHORT
        blocks = self._short(edition, wishes, mine) if short else self._full(edition, wishes, mine)
        picture = self._picture(wishes)
        buttons = tuple(Button(self.panel.profiles[code].name, f"/etf {code}") for code in mine[:_BUTTONS])
        # A short one may stand under its picture; before a long one it is seen first.
        told = (*blocks, picture) if picture and short else (picture, *blocks) if picture else tuple(blocks)
        return Message(
            blocks=told,
            buttons=(buttons,) if buttons and wishes.wants(Section.FUNDS) else (),
            rich=wishes.layout is Layout.TABLE,
        )

    def release(self) -> None:
        """Nothing more is written: give back the room of what was worked out."""
        self.panel.release()

    def _picture(self, wishes: DigestWishes) -> Picture | None:
        if self._head is None:
            return None
        key = wishes.language, wishes.colours
        if key not in self._pictures:
            self._pictures[key] = self._head(self.panel, *key)
        picture = self._pictures[key]
        return replace(picture, png=picture.dark) if picture and picture.dark and wishes.dark_pictures else picture

    def _full(self, edition: Edition, wishes: DigestWishes, mine: Sequence[str]) -> Iterator[Block]:
        facts = self._facts[wishes.language]
        words = facts.words
        yield Heading(self._title(edition, facts), 1)
        yield Paragraph((self._asof(facts), *(line(text) for text in _remarks(facts, wishes))))
        if edition is Edition.WEEKLY:
            yield from self._of_week(wishes, mine)
        if edition is not Edition.WEEKLY or wishes.today:
            yield from self._of_day(wishes, mine)
        if edition is Edition.MORNING and wishes.week:
            yield from self._of_last_week(wishes, mine)
        if lacking := self._missing(facts):
            lines = (line(text, indent=1) for text in lacking)
            yield Paragraph((line(muted(words.text("digest-missing"))), *lines))
        yield paragraph(line(muted(words.text("digest-disclaimer"))))

    def _of_day(self, wishes: DigestWishes, mine: Sequence[str]) -> Iterator[Block]:
        facts = self._facts[wishes.language]
        unknown = _unknown(wishes, mine)
        if wishes.wants(Section.MARKET):
            yield Heading(facts.words.text("digest-market"))
            yield from market_blocks(facts, wishes.layout)
        if wishes.wants(Section.FUNDS) and ALL_FUNDS not in wishes.funds:
            yield Heading(facts.words.text("digest-mine"))
            yield from fund_blocks(facts, mine, unknown, wishes.layout, self._limits.max_funds)
        yield from _under(facts.words.text("digest-rules"), _rules(facts, wishes))
        if wishes.wants(Section.LEADERS):
            blocks = leader_blocks(facts, indices_of(self.panel, mine))
            yield from _under(facts.words.text("digest-leaders"), blocks)
        if wishes.wants(Section.NOTABLE):
            others = self._others(mine)
            yield from _under(facts.words.text("digest-notable"), (facts.noted(fund) for fund in others))

    def _of_week(self, wishes: DigestWishes, mine: Sequence[str]) -> Iterator[Block]:
        facts, note = self._facts[wishes.language], self._weeks[wishes.language]
        words = facts.words
        market = note.market()
        if wishes.wants(Section.MARKET) and market.lines:
            yield from _under(note.under("week-market"), [market])
        if wishes.wants(Section.FUNDS):
            yield from _under(note.under("week-mine"), note.funds(mine, self._limits.max_funds))
        if wishes.wants(Section.LEADERS):
            yield from _under(words.text("week-changes"), note.changes(indices_of(self.panel, mine)))
        if wishes.today:
            day = facts.last
            weekday = words.text(f"weekday-{day.weekday()}")
            yield Heading(words.text("week-today", day=day.isoformat(), weekday=weekday))

    def _of_last_week(self, wishes: DigestWishes, mine: Sequence[str]) -> Iterator[Block]:
        """The sums of the week that has ended, now that its last session's are out."""
        note = self._weeks[wishes.language]
        totals = note.totals()
        if wishes.wants(Section.MARKET) and totals.lines:
            yield from _under(note.under("week-last-market"), [totals])
        if wishes.wants(Section.FUNDS):
            yield from _under(note.under("week-last-mine"), note.funds(mine, self._limits.max_funds))

    def _short(self, edition: Edition, wishes: DigestWishes, mine: Sequence[str]) -> Iterator[Block]:
        """The essentials, a line each: whoever follows many funds reads of as many as there is room for."""
        facts, note = self._facts[wishes.language], self._weeks[wishes.language]
        weekly = edition is Edition.WEEKLY
        opening = [self._asof(facts, whole=False), *(line(text) for text in _remarks(facts, wishes))]
        market = list(note.market_short() if weekly else market_short(facts)) if wishes.wants(Section.MARKET) else []
        closing = [*_rules_short(facts, wishes), *self._leaders_short(wishes, mine, weekly=weekly)]
        if wishes.wants(Section.NOTABLE) and not weekly:
            closing += [facts.noted_short(fund) for fund in self._others(mine)[:1]]
        best = note.best(mine) if weekly and wishes.wants(Section.FUNDS) else []
        room = SHORT_LINES - 2 - len(opening) - len(market) - len(closing) - len(best)
        funds = list[Line]()
        if wishes.wants(Section.FUNDS) and ALL_FUNDS not in wishes.funds and (wishes.today or not weekly):
            funds = list(funds_short(facts, mine, _unknown(wishes, mine), max(room, _LEAST_FUNDS)))
        yield Heading(self._title(edition, facts), 1)
        yield from (Paragraph(tuple(lines)) for lines in (opening, market, [*best, *funds], closing) if lines)
        yield paragraph(line(muted(facts.words.text("digest-disclaimer-short"))))

    def _leaders_short(self, wishes: DigestWishes, mine: Sequence[str], *, weekly: bool) -> list[Line]:
        if not wishes.wants(Section.LEADERS):
            return []
        indices = indices_of(self.panel, mine)
        if weekly:
            return self._weeks[wishes.language].changes_short(indices)
        return list(leaders_short(self._facts[wishes.language], indices))

    def _others(self, mine: Collection[str]) -> list[str]:
        """Notable funds that are not the reader's own."""
        own = frozenset(mine)
        return [fund for fund in self._notable if fund not in own][: self._limits.notable_funds]

    def _asof(self, facts: Facts, *, whole: bool = True) -> Line:
        """When this was known; in a short note also what is still missing."""
        said = facts.words.text("digest-asof", at=f"{self.panel.asof.astimezone(MARKET_ZONE):%m-%d %H:%M}")
        lacking = [] if whole else self._missing(facts)
        if lacking:
            some = facts.words.text("exchange-join").join(lacking)
            said += facts.words.text("digest-asof-missing", some=some)
        return line(muted(said))

    def _missing(self, facts: Facts) -> list[str]:
        return facts.once("missing", "", lambda: missing(self.panel, facts.teller))

    def _title(self, edition: Edition, facts: Facts) -> str:
        title = self._weeks[facts.teller.language].title() if edition is Edition.WEEKLY else _daily(edition, facts)
        return f"{title} {facts.words.text('demo-label')}" if self.panel.demo else title


def _daily(edition: Edition, facts: Facts) -> str:
    morning = edition is Edition.MORNING
    day = facts.today if morning else facts.last
    key = "digest-morning-title" if morning else "digest-title"
    return facts.words.text(key, day=day.isoformat(), weekday=facts.words.text(f"weekday-{day.weekday()}"))


def _remarks(facts: Facts, wishes: DigestWishes) -> Iterator[str]:
    """That it is late, and what is new since the evening."""
    if wishes.late:
        yield facts.words.text("digest-late", at=wishes.late)
    yield from came_lines(wishes.came, facts.teller)


def _unknown(wishes: DigestWishes, mine: Collection[str]) -> list[str]:
    return sorted(wishes.funds.difference(mine))


def _rules(facts: Facts, wishes: DigestWishes) -> Iterator[Block]:
    told = wishes.rules
    if told is None or not wishes.wants(Section.RULES):
        return
    if told.findings:
        yield from rule_section(told.findings, (), (), facts.teller, facts.named)
    else:
        yield paragraph(line(_no_rule(facts, told.count)))


def _rules_short(facts: Facts, wishes: DigestWishes) -> Iterator[Line]:
    told = wishes.rules
    if told is None or not wishes.wants(Section.RULES):
        return
    words = facts.words
    if not told.findings:
        yield line(strong(words.text("digest-short-rules")), _no_rule(facts, told.count))
        return
    numbers = dict.fromkeys(one.rule.number for one in told.findings)
    parts = [words.text("digest-rule-fired", number=str(number)) for number in numbers]
    day = facts.teller.dated(max(one.hit.day for one in told.findings), [])
    yield line(strong(words.text("digest-short-rules")), words.text("exchange-join").join(parts) + day)


def _no_rule(facts: Facts, count: int) -> str:
    return facts.words.text("digest-rules-none", count=count) + facts.teller.dated(facts.last, [])


def _under(heading: str, blocks: Sequence[Block] | Iterator[Block]) -> Iterator[Block]:
    """Blocks under their heading; a heading with nothing under it is left out."""
    told = list(blocks)
    if told:
        yield Heading(heading)
        yield from told

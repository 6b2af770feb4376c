"""What the text of a digest depends on beside the market: readers who wish the same read the same message."""

from dataclasses import dataclass
from datetime import date

from bot.preferences import Colours, Layout, Length, Section
from bot.rules import RuleFinding
from bot.subscriptions import Language, Subscription
from signals.core.snapshot import Dataset


@dataclass(frozen=True, slots=True)
class Came:
    """A table that was published after the reader's evening digest."""

    dataset: Dataset
    scope: str
    """The exchange that it is about, or something else that people do not call by its name."""
    day: date
    revises: bool = False
    """It takes the place of one that was out by then."""


@dataclass(frozen=True, slots=True)
class RulesTold:
    """What came of a reader's own rules on a session."""

    count: int
    """How many rules of his are in force."""
    findings: tuple[RuleFinding, ...] = ()
    """By rule."""


@dataclass(frozen=True, kw_only=True)
class DigestWishes:
    """Everything of a reader that changes a word of his digest; equal wishes are written once."""

    funds: frozenset[str] = frozenset()
    """Codes, or `ALL_FUNDS`."""
    language: Language = Language.ZH
    sections: frozenset[Section] = frozenset(Section)
    length: Length = Length.FULL
    layout: Layout = Layout.LINES
    colours: Colours = Colours.RED_UP
    """What red means in the picture at its head; the words do not depend on it."""
    dark_pictures: bool = False
    today: bool = True
    """A weekly note says what the evening note of its session would say, too."""
    week: bool = False
    """A morning note says what the week that has ended came to."""
    late: str = ""
    """The minute that was promised, as the reader's clock shows it; empty = it is on time."""
    came: tuple[Came, ...] = ()
    """In the morning: what was not out in the evening before."""
    rules: RulesTold | None = None
    """None = he has none, or does not want to read of them."""

    @classmethod
    def of(cls, reader: Subscription, funds: frozenset[str]) -> "DigestWishes":
        """What a subscriber who follows these funds has chosen."""
        return cls(
            funds=funds,
            language=reader.language,
            sections=reader.sections,
            length=reader.length,
            layout=reader.layout,
            colours=reader.colours,
            dark_pictures=reader.dark_pictures,
        )

    def wants(self, section: Section) -> bool:
        """Whether he reads a part at all."""
        return section in self.sections

"""The value behind a picture of sessions: panes over one another that share their days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from bot.preferences import Colours
from bot.subscriptions import Language
from signals.core.field import Unit

Series: TypeAlias = tuple[float | None, ...]
"""One figure a session; None = unknown. NaN would make two equal charts differ."""

Flags: TypeAlias = tuple[bool, ...]


class Tone(StrEnum):
    """Which way a figure points, and with that its colour."""

    UP = "up"
    DOWN = "down"
    EVEN = "even"


def tone_of(value: float | None) -> Tone:
    """The tone of a change; of what is unknown there is none."""
    return Tone.EVEN if not value else Tone.UP if value > 0 else Tone.DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Sessions in a row that go one way, as positions of a chart."""

    first: int
    last: int
    tone: Tone
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candles:
    """Prices on one scale; sessions without open, high and low are no candles, and a chart with few of them is a line."""

    open: Series
    high: Series
    low: Series
    close: Series
    mean: Series
    """Moving average of the close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Amounts around zero."""

    values: Series
    soft: Flags
    """Estimates."""
    missing: Flags
    """Sessions whose amount ought to be known and is not: a gap that must not pass for zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line, with gaps where it is unknown."""

    values: Series
    soft: Flags
    from_zero: bool = False
    """Zero is shown, and what lies between it and the line is tinted by its sign."""
    step: float | None = None
    """Distance of the round amounts at which lines are drawn."""
    crossed: tuple[int, ...] = ()
    """Positions at which the newest of those lines were crossed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """One series over the common sessions, with what it is and where it stands."""

    heading: str
    value_text: str
    tone: Tone
    note: str
    """Date and finality of the figure."""
    marks: Candles | Bars | Curve
    unit: Unit
    height: float
    """Share of the room, against the other panes'."""
    stretch: Stretch | None = None
    extra: str = ""
    """A second figure in the colour of the tone, such as the change beside the price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Words of the legend; an entry that is empty is not shown."""

    mean: str = ""
    soft: str = ""
    missing: str = ""
    stretch: str = ""
    crossed: str = ""
    tone: Tone = Tone.EVEN
    """Of the streak."""

    @property
    def any(self) -> bool:
        """Whether there is a legend at all."""
        return any((self.mean, self.soft, self.missing, self.stretch, self.crossed))

    def of(self, panes: Iterable[Pane]) -> "Keys":
        """Those of what really stands in the panes."""
        found = list(panes)
        marks, streaks = [one.marks for one in found], [one.stretch for one in found if one.stretch]
        return Keys(
            mean=self.mean if any(isinstance(one, Candles) and known(one.mean) for one in marks) else "",
            soft=self.soft if any(isinstance(one, Bars | Curve) and any(one.soft) for one in marks) else "",
            missing=self.missing if any(isinstance(one, Bars) and any(one.missing) for one in marks) else "",
            stretch=self.stretch if streaks else "",
            tone=streaks[0].tone if streaks else Tone.EVEN,
            crossed=self.crossed if any(isinstance(one, Curve) and one.crossed for one in marks) else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Panes over the same sessions; what is equal looks equal, so a picture of it may be kept."""

    title: str
    code: str
    subtitle: str
    days: tuple[date, ...]
    panes: tuple[Pane, ...]
    keys: Keys
    notes: tuple[str, ...]
    alt: str = ""
    """What is seen in it, in a sentence."""
    stamp: str = ""
    """Says that the data is made up; empty on real data."""
    language: Language = Language.ZH
    colours: Colours = Colours.RED_UP


def known(values: Series) -> bool:
    """Whether a series has any figure at all."""
    return any(one is not None for one in values)

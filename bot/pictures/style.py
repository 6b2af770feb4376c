"""How pictures look: sizes for a phone, colours for light and dark pages, the shipped font."""

from dataclasses import dataclass, replace
from pathlib import Path

from bot.preferences import Colours

WIDTH_INCHES, HEIGHT_INCHES, DOTS_PER_INCH = 5.4, 7.0, 200
"""1080 × 1400 pixels: as wide as a phone, so that nothing has to be enlarged to be read."""

BIG_POINTS, TITLE_POINTS, HEADING_POINTS, LABEL_POINTS, NOTE_POINTS = 18.0, 16.0, 12.5, 11.5, 9.5
"""Sizes of type; a phone shows the picture at about a third, which leaves the notes as large as its own small print."""

SOFT_ALPHA = 0.45
"""Of what is an estimate."""

COLOURS_MAX = 160
"""Of a finished picture: flat colours and the edges of type need no more, and a file a quarter as large."""

_FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = _FONTS / "etfbot-sans-sc-regular.otf", _FONTS / "etfbot-sans-sc-bold.otf"
"""Subsets of Noto Sans CJK SC; their licence lies beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of a page; a rise is red and a fall green, as readers in China expect."""

    ground: str
    ink: str
    muted: str
    edge: str
    up: str
    down: str
    accent: str
    """Of lines that are neither a rise nor a fall."""
    second: str
    """Of a line beside another one."""
    up_tint: str
    down_tint: str
    """Grounds of a streak."""
    void: str
    """Ground of what is not known."""

    def of(self, colours: Colours) -> "Theme":
        """The theme for a reader to whom red is a rise, or green."""
        return self if colours is Colours.RED_UP else _swapped(self)


def _swapped(theme: Theme) -> Theme:
    return replace(theme, up=theme.down, down=theme.up, up_tint=theme.down_tint, down_tint=theme.up_tint)


LIGHT = Theme(
    ground="#ffffff",
    ink="#171b24",
    muted="#5a6473",
    edge="#dde2ea",
    up="#c6142b",
    down="#08743c",
    accent="#2458c5",
    second="#b87a00",
    up_tint="#fdeaec",
    down_tint="#e4f3ea",
    void="#eef0f4",
)
DARK = Theme(
    ground="#1e232c",
    ink="#e7eaf0",
    muted="#9aa5b5",
    edge="#333b48",
    up="#ff7b82",
    down="#4fd08a",
    accent="#7fa8ff",
    second="#e3b341",
    up_tint="#3b2830",
    down_tint="#1f382f",
    void="#2b313c",
)
"""The colours of the chat page's bubbles, so that a picture is part of the message."""

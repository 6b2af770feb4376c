"""What a subscriber chooses about how he is told: when not, how much, and how it looks."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Section(StrEnum):
    """A part of a digest."""

    MARKET = "market"
    FUNDS = "funds"
    """The reader's own."""
    NOTABLE = "notable"
    RULES = "rules"
    """What came of his own rules."""
    LEADERS = "leaders"
    """The first of each index that he follows a fund on."""


class Length(StrEnum):
    """How much a digest says."""

    SHORT = "short"
    FULL = "full"


class Layout(StrEnum):
    """How rows of figures are set where the channel has tables."""

    LINES = "lines"
    TABLE = "table"


class Colours(StrEnum):
    """What red means."""

    RED_UP = "red_up"
    """As in China."""
    GREEN_UP = "green_up"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes of the reader's own zone in which nothing arrives; `start` after `until` = across midnight."""

    start: time
    until: time

    def ends(self, now: datetime, zone: str) -> datetime | None:
        """When the quiet in which `now` falls is over; None outside of it."""
        here = now.astimezone(ZoneInfo(zone))
        minute = here.time().replace(tzinfo=None)
        over_midnight = self.start > self.until
        quiet = self.start <= minute or minute < self.until if over_midnight else self.start <= minute < self.until
        if not quiet:
            return None
        day = here.date() + timedelta(days=1) if over_midnight and minute >= self.start else here.date()
        over = datetime.combine(day, self.until, ZoneInfo(zone))
        # Where the clocks are put back the minute comes twice, and the first time may be behind us.
        return over if over.astimezone(UTC) > now else over.replace(fold=1)


@dataclass(frozen=True, slots=True)
class Mute:
    """A fund, an index or a kind of signal that a chat does not want to hear of for a while."""

    what: str
    """A code, or the name of a detector."""
    until: datetime | None = None
    """None = until he says otherwise."""

    def holds(self, now: datetime) -> bool:
        """Whether it still counts."""
        return self.until is None or now < self.until

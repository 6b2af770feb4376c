"""The value behind a picture of estimates with their intervals, one under the other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """An estimate, what it is held against, and how far their difference may be luck; fractions."""

    label: str
    value: float
    base: float
    low: float
    high: float
    """Bounds of value − base."""
    value_text: str
    note: str
    """Small print under the value."""

    @property
    def certain(self) -> bool:
        """The interval of the difference is on one side of zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One row of points over a common scale."""

    heading: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalChart:
    """A title, bands of points, and what a reader must know of them."""

    title: str
    subtitle: str
    bands: tuple[Band, ...]
    notes: tuple[str, ...]

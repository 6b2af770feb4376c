"""The algebra of units: what may be added and compared, and what a product or quotient is."""

from dataclasses import dataclass, fields

from signals.core.field import Unit
from signals.core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Powers of the base units; all zero is a bare number."""

    cny: int = 0
    shares: int = 0
    sessions: int = 0
    points: int = 0
    count: int = 0
    per_cent: bool = False
    """A bare number that people write with %."""

    @property
    def bare(self) -> bool:
        """Whether no base unit is left."""
        return not any(_powers(self))

    def agrees(self, other: "Dimension") -> bool:
        """Whether the two may be added and compared."""
        return _powers(self) == _powers(other)

    def times(self, other: "Dimension") -> "Dimension":
        """Dimension of the product: 元 × % = 元."""
        return self._joined(other, 1, per_cent=self.per_cent or other.per_cent)

    def over(self, other: "Dimension") -> "Dimension":
        """Dimension of the quotient: 元 ÷ 元 is a bare ratio."""
        return self._joined(other, -1, per_cent=self.per_cent and not other.per_cent)

    def _joined(self, other: "Dimension", sign: int, *, per_cent: bool) -> "Dimension":
        powers = [mine + sign * its for mine, its in zip(_powers(self), _powers(other), strict=True)]
        cny, shares, sessions, points, count = powers
        bare = not any(powers)
        return Dimension(
            cny=cny, shares=shares, sessions=sessions, points=points, count=count, per_cent=per_cent and bare
        )

    @property
    def unit(self) -> Unit:
        """The unit in which messages print it; a ratio of its own kind where there is none."""
        return _UNITS.get(self, Unit.COUNT)

    @property
    def words(self) -> Text:
        """What people call it: 元, %, 日, 元/份, a bare number."""
        if self == CNY_PER_SHARE:
            return Text("元/份", "CNY/share")
        if self.bare:
            return Text("%", "%") if self.per_cent else Text("纯数字", "none")
        names = [(_NAMES[base], power) for base, power in zip(_BASES, _powers(self), strict=True) if power]
        above = [name for name, power in names for _ in range(power)] or [Text("1", "1")]
        below = [name for name, power in names for _ in range(-power)]
        return Text(
            "/".join(["·".join(one.zh for one in above), *(one.zh for one in below)]),
            "/".join(["·".join(one.en for one in above), *(one.en for one in below)]),
        )


_BASES = tuple(one.name for one in fields(Dimension) if one.name != "per_cent")
_NAMES = {
    "cny": Text("元", "CNY"),
    "shares": Text("份", "shares"),
    "sessions": Text("日", "sessions"),
    "points": Text("点", "points"),
    "count": Text("名", "places"),
}

NUMBER = Dimension()
FRACTION = Dimension(per_cent=True)
CNY = Dimension(cny=1)
SHARES = Dimension(shares=1)
CNY_PER_SHARE = Dimension(cny=1, shares=-1)
SESSIONS = Dimension(sessions=1)
POINTS = Dimension(points=1)
COUNT = Dimension(count=1)

_DIMENSIONS = {
    Unit.CNY: CNY,
    Unit.SHARES: SHARES,
    Unit.CNY_PER_SHARE: CNY_PER_SHARE,
    Unit.CNY_CHANGE: CNY,
    Unit.CNY_ROUND: CNY,
    Unit.FRACTION: FRACTION,
    Unit.MOVE: FRACTION,
    Unit.PERCENTILE: FRACTION,
    Unit.POINTS: POINTS,
    Unit.SESSIONS: SESSIONS,
    Unit.COUNT: COUNT,
    Unit.RANK: COUNT,
    Unit.RATIO: NUMBER,
    Unit.TIMES: NUMBER,
    Unit.DEVIATIONS: NUMBER,
}
_UNITS = {
    CNY: Unit.CNY,
    SHARES: Unit.SHARES,
    CNY_PER_SHARE: Unit.CNY_PER_SHARE,
    FRACTION: Unit.FRACTION,
    POINTS: Unit.POINTS,
    SESSIONS: Unit.SESSIONS,
    NUMBER: Unit.POINTS,
}
"""A bare ratio is printed as a number with two digits, as an index level is."""


def dimension_of(unit: Unit) -> Dimension:
    """The dimension of a quantity's unit."""
    return _DIMENSIONS[unit]


def _powers(one: Dimension) -> tuple[int, ...]:
    return one.cny, one.shares, one.sessions, one.points, one.count

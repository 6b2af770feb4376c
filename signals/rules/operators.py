"""The words that join figures and conditions, as values."""

from enum import StrEnum


class Function(StrEnum):
    """What may be made of a figure."""

    SUM = "sum"
    """Over sessions; a change is compounded."""
    MEAN = "mean"
    HIGHEST = "highest"
    LOWEST = "lowest"
    PERCENTILE = "percentile"
    """Share of its own earlier values that are below it."""
    ZSCORE = "zscore"
    AGO = "ago"
    RANK = "rank"
    """Among the funds on the same index, largest first."""
    ABS = "abs"


class Operator(StrEnum):
    """How two figures compare."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    EQUAL = "="
    UNEQUAL = "!="

    @property
    def flipped(self) -> "Operator":
        """The same comparison with its sides exchanged."""
        return _FLIPPED.get(self, self)

    @property
    def negated(self) -> "Operator":
        """What holds where this does not."""
        return _NEGATED[self]


_FLIPPED = {
    Operator.ABOVE: Operator.BELOW,
    Operator.BELOW: Operator.ABOVE,
    Operator.AT_LEAST: Operator.AT_MOST,
    Operator.AT_MOST: Operator.AT_LEAST,
}
_NEGATED = {
    Operator.ABOVE: Operator.AT_MOST,
    Operator.AT_MOST: Operator.ABOVE,
    Operator.BELOW: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.BELOW,
    Operator.EQUAL: Operator.UNEQUAL,
    Operator.UNEQUAL: Operator.EQUAL,
}


class Sign(StrEnum):
    """How two figures are joined."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


class Direction(StrEnum):
    """Up or down: of a crossing, of a record."""

    UP = "up"
    DOWN = "down"

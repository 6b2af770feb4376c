"""How much of an index is in stocks of a theme, ranked over the indices whose weights are known (2.9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from signals.core.constituents import Weights, lay_baskets
from signals.core.field import Unit
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.text import Text

LEAST_RANKED = 3
"""Among fewer indices no standing is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Something that the market talks of, and the stocks that stand for it."""

    name: str
    title: Text
    stocks: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The weight of a theme's stocks in one index."""

    index: str
    weight: Figure
    """Dated by the month-end of the weights."""
    rank: int
    """1 = the highest; ties share the better rank."""
    rank_of: int
    """Indices whose weights are known."""
    stocks: tuple[tuple[str, float], ...]
    """Names and weights of the theme's stocks in it, the heaviest first."""

    @property
    def leads(self) -> bool:
        """Whether it may be called first of them all."""
        return self.rank == 1 and self.weight.value > 0 and self.rank_of >= LEAST_RANKED


def exposures(panel: Panel, theme: Theme) -> list[Exposure]:
    """The exposure of every index whose weights are known, the highest first."""
    baskets = panel.derive(lay_baskets)
    told = [one for index in baskets.weights if (one := baskets.latest(index)) is not None]
    shares = {one.index: _share(one, theme) for one in told}
    ordered = sorted(told, key=lambda one: (-shares[one.index], one.index))
    return [
        Exposure(
            index=one.index,
            weight=Figure(value=shares[one.index], unit=Unit.FRACTION, day=one.day, source=one.source),
            rank=1 + sum(other > shares[one.index] for other in shares.values()),
            rank_of=len(told),
            stocks=tuple(
                (name, float(weight))
                for code, name, weight in zip(one.codes, one.names, one.values, strict=True)
                if code in theme.stocks
            ),
        )
        for one in ordered
    ]


def _share(weights: Weights, theme: Theme) -> float:
    inside = np.array([code in theme.stocks for code in weights.codes], dtype=np.bool_)
    # Weights are published to 0.001 %: sums that are equal on paper are equal here.
    return round(float(weights.values[inside].sum()), 9)


def theme_leaders(panel: Panel, themes: tuple[Theme, ...]) -> Mapping[str, Sequence[tuple[Theme, Exposure]]]:
    """The themes that each index leads, by index; computed once per panel."""
    return panel.derive(_Leaders(themes))


@dataclass(frozen=True)
class _Leaders:
    themes: tuple[Theme, ...]

    def __call__(self, panel: Panel) -> dict[str, list[tuple[Theme, Exposure]]]:
        found: dict[str, list[tuple[Theme, Exposure]]] = defaultdict(list)
        for theme in self.themes:
            for one in exposures(panel, theme):
                if one.leads:
                    found[one.index].append((theme, one))
        return dict(found)

"""What the demo's indices hold, and how those stocks traded in the last weeks."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.sources.demo.stage import Stage
from bot.sources.demo.values import Values
from signals.core.field import LIMIT, STOCK_AMOUNT, STOCK_CLOSE, STOCK_PREV_CLOSE, WEIGHT
from signals.core.limits import at_limit, limit_percent
from signals.core.matrix import Floats
from signals.core.snapshot import STOCK_NAME

_STRICT = ConfigDict(extra="forbid")
_DISPERSED = 0.3
"""How differently stocks take part in a move of their index."""

_CALM = 0.08
"""Of the usual dispersion, on a day whose movers are fixed."""

_AMOUNT_CNY = 8e8


@dataclass(frozen=True, kw_only=True)
class MonthEnd:
    """Weights of a day, and when they came out."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    day: date
    out: date


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The stocks of one index: with their weights in per cent, or in the order of their weights."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    code: str
    percents: Mapping[str, float] = field(default_factory=dict)
    stocks: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Its stocks, the heaviest first."""
        return tuple(self.percents) or self.stocks


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """All inputs of the demo's stocks."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    first: date
    dispersion: float
    month_ends: tuple[MonthEnd, ...]
    moves: Mapping[date, Mapping[str, float]]
    """By session and stock."""
    indices: tuple[Holding, ...]
    stocks: Mapping[str, tuple[str, float]]
    """Name, and price before the first session, 元."""

    def __post_init__(self) -> None:
        held = {code for index in self.indices for code in index.codes} | {
            c for one in self.moves.values() for c in one
        }
        if strangers := sorted(held - {*self.stocks}):
            raise ValueError(f"neither name nor price is given for {', '.join(strangers)}")


def read_holdings(text: str) -> Holdings:
    """Read holdings from TOML; raises ValueError with every mistake and the place where it stands."""
    try:
        return TypeAdapter(Holdings).validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"demo stocks: {error}") from None
    except ValidationError as error:
        mistakes = [f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in error.errors()]
        raise ValueError(f"demo stocks: {'; '.join(mistakes)}") from None


def bundled_holdings() -> Holdings:
    """The holdings that come with the product."""
    return read_holdings(files(__package__).joinpath("stocks.toml").read_text("utf-8"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Floor:
    """The stocks on the trading floor: which table of them was told on which session."""

    stage: Stage
    values: Values
    holdings: Holdings

    @cached_property
    def codes(self) -> list[str]:
        """The stocks that some index holds, by code."""
        return sorted({code for index in self.holdings.indices for code in index.codes})

    @cached_property
    def first_row(self) -> int:
        """Row of the first session whose stocks are told."""
        return self.stage.row(self.holdings.first, "stocks")

    def weights(self, index: Holding, month_end: MonthEnd) -> pd.DataFrame:
        """The weights of an index on a month-end, to 0.001 %; all of them are 1."""
        codes = list(index.codes)
        usual = np.array(list(index.percents.values())) if index.percents else 1 / np.arange(6.0, 6.0 + len(codes))
        if month_end is not self.holdings.month_ends[-1]:
            drawn = self.stage.draws.even(*(f"{index.code} {code} {month_end.day} weight" for code in codes))[0]
            usual = usual * (0.9 + 0.2 * drawn)
        parts = np.round(usual / usual.sum(), 5)
        parts[0] = round(1 - parts[1:].sum(), 5)
        return self._table(codes, {WEIGHT.name: parts})

    def trading(self, row: int) -> pd.DataFrame:
        """Closes, previous closes and traded values of a session."""
        close, before = self._closes[row - self.first_row + 1], self._closes[row - self.first_row]
        busy = (0.5 + self._amounts[row]) * (1 + 20 * np.abs(close / before - 1))
        amount = np.round(_AMOUNT_CNY * busy)
        figures = {STOCK_CLOSE.name: close, STOCK_PREV_CLOSE.name: before, STOCK_AMOUNT.name: amount}
        return self._table(self.codes, figures)

    def pool(self, row: int) -> pd.DataFrame:
        """The stocks that closed at their limits; empty on a calm day."""
        table = self.trading(row)
        sides = at_limit(table[STOCK_CLOSE.name].to_numpy(), table[STOCK_PREV_CLOSE.name].to_numpy(), self._percents)
        there = np.flatnonzero(sides)
        return self._table([self.codes[at] for at in there], {LIMIT.name: sides[there]})

    def _table(self, codes: list[str], figures: Mapping[str, Floats]) -> pd.DataFrame:
        names = [self.holdings.stocks[code][0] for code in codes]
        return pd.DataFrame({**figures, STOCK_NAME: pd.array(names, dtype="str")}, index=codes).sort_index()

    @cached_property
    def _percents(self) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        return np.array([limit_percent(code) for code in self.codes], dtype=np.int64)

    @cached_property
    def _closes(self) -> Floats:
        """Closes from the session before the first one on, 元, none beyond its limit."""
        rows = range(self.first_row, len(self.stage.sessions))
        out = [np.array([self.holdings.stocks[code][1] for code in self.codes])]
        for row in rows:
            before = np.rint(out[-1] * 100)
            low, high = (np.floor((before * (100 + sign * self._percents) + 50) / 100) for sign in (-1, 1))
            out.append(np.clip(np.rint(before * (1 + self._moves(row))), low, high) / 100)
        return np.stack(out)

    def _moves(self, row: int) -> Floats:
        """Each stock takes part in the move of the first index that holds it; fixed moves override."""
        fixed = self.holdings.moves.get(self.stage.sessions[row], {})
        taking_part, noise = self._luck
        moved = np.zeros(len(self.codes))
        for index in reversed(self.holdings.indices):
            at = np.array([self.codes.index(code) for code in index.codes])
            calm = _CALM if fixed.keys() & {*index.codes} else 1.0
            move = self.values.moves[row, self._column(index)]
            moved[at] = (
                move * (1 + calm * _DISPERSED * taking_part[row, at]) + calm * self.holdings.dispersion * noise[row, at]
            )
        for code, move in fixed.items():
            moved[self.codes.index(code)] = move
        return self._as_a_whole(moved, row, fixed)

    def _as_a_whole(self, moved: Floats, row: int, fixed: Mapping[str, float]) -> Floats:
        """The first index' stocks that are not fixed share what is missing to its own move."""
        index = self.holdings.indices[0]
        weights = self.weights(index, self.holdings.month_ends[-1])[WEIGHT.name]
        at = [self.codes.index(code) for code in weights.index]
        free = np.array([code not in fixed for code in weights.index])
        parts = weights.to_numpy()
        missing = self.values.moves[row, self._column(index)] - (parts * moved[at]).sum()
        moved[at] += np.where(free, missing / parts[free].sum(), 0.0)
        return moved

    @cached_property
    def _amounts(self) -> Floats:
        return self.stage.draws.even(*(f"{code} amount" for code in self.codes))

    @cached_property
    def _luck(self) -> tuple[Floats, Floats]:
        draws = self.stage.draws
        taking_part = draws.even(*(f"{code} part" for code in self.codes)) - 0.5
        return taking_part, draws.bell(*(f"{code} move" for code in self.codes))

    def _column(self, index: Holding) -> int:
        return next(at for at, one in enumerate(self.stage.indices) if one.code == index.code)


def months(holdings: Holdings, day: date) -> Iterator[tuple[Holding, MonthEnd]]:
    """The weights that came out on a day."""
    for month_end in holdings.month_ends:
        if month_end.out == day:
            yield from ((index, month_end) for index in holdings.indices)

"""What benchmarks run on: a made-up market and a real one, and whatever of the others' tools is installed."""

import importlib
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from types import ModuleType

import numpy as np

from signals.core.calendar import MARKET_ZONE
from signals.core.field import AMOUNT, CLOSE, FINANCING, IOPV, NAV, PREV_CLOSE, SHARES, VOLUME, Axis, Field
from signals.core.groups import group_subjects
from signals.core.matrix import Floats
from signals.core.panel import BOTH_EXCHANGES, Layer, Panel
from signals.core.profile import FundClass, Profile, exchange_of

SEED = 20250211
INDICES = 300
"""Indices that the funds of the made-up market track."""

LEAST_TOLD = 0.1
"""Share of the funds of its fullest session that the first session of a real market tells of."""

MARKET_DATA = "ETFBOT_MARKET_DATA"
_REAL_PANEL = Path("history") / "etf_ohlcv_qfq_full_market.parquet"


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrices:
    """One panel as kernels see it."""

    name: str
    moves: Floats
    """Changes: what streaks are counted over."""
    levels: Floats
    """Figures that are compared with their own past and with each other."""
    groups: tuple[tuple[int, ...], ...]
    years: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Year of each session."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The size of the made-up market, and what is there beside it."""

    sessions: int = 5000
    funds: int = 1400
    rules: int = 100_000
    subscriptions: int = 1_000_000
    deliveries: int = 10_000
    say: Callable[[str], None] = lambda _: None
    _missing: set[str] = field(default_factory=set)

    def optional(self, name: str) -> ModuleType | None:
        """A tool that is compared where it is installed; said once where it is not."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what others warn of when they are loaded is theirs to mend
                return importlib.import_module(name)
        except ImportError:
            if name not in self._missing:
                self._missing.add(name)
                self.say(f"{name} is not installed: its rows are skipped")
            return None

    @cached_property
    def made(self) -> Matrices:
        """Funds that are listed one after the other and suspended on one session in a hundred."""
        return made(self.sessions, self.funds)

    @cached_property
    def real(self) -> Matrices | None:
        """Closes and volumes of the real market; None where there is none or nothing to read it with."""
        folder = os.environ.get(MARKET_DATA, "")
        polars = self.optional("polars")
        if not folder or not (Path(folder) / _REAL_PANEL).exists() or polars is None:
            self.say(f"no real panel: {MARKET_DATA} names no folder with {_REAL_PANEL} in it, or polars is missing")
            return None
        return _read(polars, Path(folder) / _REAL_PANEL)

    @property
    def markets(self) -> list[Matrices]:
        """The made-up market, and the real one where it is there."""
        return [self.made, *([self.real] if self.real else [])]


def made(sessions: int, funds: int) -> Matrices:
    """A seeded market of this size."""
    luck = np.random.default_rng(SEED)
    alive = _alive(luck, sessions, funds) & (luck.random((sessions, funds)) > 0.01)
    moves = np.where(alive, luck.normal(0, 0.012, (sessions, funds)), np.nan)
    moves[luck.random((sessions, funds)) < 0.02] *= 0.0
    levels = np.where(alive, luck.normal(0.001, 0.004, (sessions, funds)).round(4), np.nan)
    return Matrices(
        name=f"made-up, {funds:,} funds × {sessions:,} sessions",
        moves=moves,
        levels=levels,
        groups=_groups(funds),
        years=np.array([day.year for day in days(sessions)], dtype=np.int64),
    )


def _alive(luck: np.random.Generator, sessions: int, funds: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    first = luck.integers(0, max(1, sessions - 250), funds)
    first[: funds // 7] = 0
    return np.asarray(np.arange(sessions)[:, None] >= first)


def _groups(funds: int) -> tuple[tuple[int, ...], ...]:
    index = np.random.default_rng(SEED).integers(0, INDICES, funds)
    return tuple(tuple(np.flatnonzero(index == one).tolist()) for one in range(INDICES))


def days(sessions: int) -> list[date]:
    """So many weekdays up to the reference day."""
    out, day = list[date](), date(2025, 2, 11)
    while len(out) < sessions:
        if day.weekday() < 5:
            out.append(day)
        day -= timedelta(days=1)
    return out[::-1]


def _read(polars: ModuleType, file: Path) -> Matrices:
    """Closes and volumes by session and fund, from the first session on which a good part of the market is told.

    Two funds of the file go back ten years further than all others: a matrix of their years is empty.
    """
    table = polars.read_parquet(file)
    told = table.group_by("date").len()
    first = told.filter(polars.col("len") >= LEAST_TOLD * polars.col("len").max())["date"].min()
    table = table.filter(polars.col("date") >= first)
    sessions, rows = np.unique(table["date"].to_numpy(), return_inverse=True)
    codes, columns = np.unique(table["code"].to_numpy(), return_inverse=True)
    prices, traded = (np.full((len(sessions), len(codes)), np.nan) for _ in range(2))
    prices[rows, columns] = table["close_x1000"].to_numpy()
    traded[rows, columns] = table["volume_lots"].to_numpy()
    moves = np.full(prices.shape, np.nan)
    moves[1:] = np.where((prices[1:] > 0) & (prices[:-1] > 0), prices[1:] / prices[:-1] - 1, np.nan)
    return Matrices(
        name=f"real, {len(codes):,} funds × {len(sessions):,} sessions",
        moves=moves,
        levels=np.where(traded > 0, traded, np.nan),
        groups=_groups(len(codes)),
        years=np.array([int(one[:4]) for one in sessions], dtype=np.int64),
    )


def panel(sessions: int, funds: int) -> Panel:
    """A made-up market with every figure that detectors of funds need."""
    luck = np.random.default_rng(SEED)
    shape = sessions, funds
    alive = _alive(luck, sessions, funds)
    nav = np.round(1.5 * np.exp(np.cumsum(luck.normal(0, 0.006, shape), axis=0)), 4)
    close = np.round(nav * (1 + luck.normal(0, 0.003, shape)), 3)
    before = np.vstack([np.full((1, funds), np.nan), close[:-1]])
    shares = np.round(1e9 * np.exp(np.cumsum(luck.normal(0, 0.004, shape), axis=0)))
    volume = np.round(shares * luck.uniform(0.001, 0.5, shape))
    suspended = luck.random(shape) < 0.01
    close[suspended], before[suspended], volume[suspended] = np.nan, np.nan, 0
    figures: dict[Field, Floats] = {
        CLOSE: close,
        PREV_CLOSE: before,
        VOLUME: volume,
        AMOUNT: volume * close,
        IOPV: nav,
        NAV: nav,
        SHARES: shares,
    }
    figures = {one: np.where(alive, values, np.nan) for one, values in figures.items()}
    figures[FINANCING] = 8e11 + np.cumsum(luck.normal(2e9, 5e9, (sessions, 3)), axis=0)
    codes = [f"{'51' if at % 2 else '15'}{at:04d}" for at in range(funds)]
    index = {at: number for number, group in enumerate(_groups(funds)) for at in group}
    dates = days(sessions)
    profiles = {code: _profile(code, f"93{index[at]:04d}") for at, code in enumerate(codes)}
    return Panel(
        sessions=tuple(dates),
        asof=datetime.combine(dates[-1], time(23), MARKET_ZONE),
        subjects={
            Axis.FUND: tuple(codes),
            Axis.INDEX: (),
            Axis.MARKET: ("SSE", "SZSE", BOTH_EXCHANGES),
            **group_subjects(profiles.values()),
        },
        layers={one: _layer(values) for one, values in figures.items()},
        origins=("made",),
        profiles=profiles,
    )


def _layer(values: Floats) -> Layer:
    known = np.isfinite(values)
    return Layer(values, np.where(known, 0, -1).astype(np.int16), np.zeros(values.shape, dtype=np.bool_))


def _profile(code: str, index: str) -> Profile:
    return Profile(
        code=code, name=code, exchange=exchange_of(code), fund_class=FundClass.EQUITY, index_key=index, index_name=""
    )

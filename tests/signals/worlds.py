"""Random matrices and markets for tests that compare two ways of computing the same thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from signals.core.field import (
    AMOUNT,
    CLOSE,
    FINANCING,
    FUND_FINANCING,
    IOPV,
    NAV,
    PREV_CLOSE,
    SHARES,
    SPOT_IOPV,
    SPOT_PREV_CLOSE,
    SPOT_PRICE,
    VOLUME,
    Axis,
    Field,
)
from signals.core.groups import group_subjects
from signals.core.limits import at_limit, limit_percent
from signals.core.matrix import Bools, Floats, Ints
from signals.core.panel import BOTH_EXCHANGES, Layer, Panel
from signals.core.profile import FundClass, Profile, exchange_of
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import CALENDAR, moment, snapshot

EXAMPLES = settings(deadline=None, max_examples=250, derandomize=True, database=None)
"""The same examples on every machine, however slow it is."""

steps = st.sampled_from([float("nan")] * 4 + [0.0] * 3 + [1.0] * 6 + [0.5, -0.5, 0.3, 1.7, -1.0, -2.0])


def matrices(elements: st.SearchStrategy[float] = steps, subjects: int = 4) -> st.SearchStrategy[Floats]:
    """Sessions × subjects with holes, ties and zeros; either side may be empty."""
    shapes = st.tuples(st.integers(0, 12), st.integers(0, subjects))
    return arrays(np.float64, shapes, elements=elements, fill=st.nothing())


def lay(
    sessions: Sequence[date],
    codes: Sequence[str],
    figures: Mapping[Field, Floats],
    profiles: Mapping[str, Profile] | None = None,
    beside: Sequence[Snapshot] = (),
) -> Panel:
    """A panel straight from matrices: no tables, one source, nothing provisional."""
    known = {code: (profiles or {}).get(code) or _profile(code, "") for code in codes}
    return Panel(
        sessions=tuple(sessions),
        asof=moment(sessions[-1] + timedelta(days=7)),
        subjects={
            Axis.FUND: tuple(codes),
            Axis.INDEX: (),
            Axis.MARKET: ("SSE", "SZSE", BOTH_EXCHANGES),
            **group_subjects(known.values()),
        },
        layers={
            one: Layer(
                values,
                np.where(np.isfinite(values), 0, -1).astype(np.int16),
                np.zeros(values.shape, dtype=np.bool_),
            )
            for one, values in figures.items()
        },
        origins=("made",),
        profiles=known,
        beside=tuple(beside),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class RandomMarket:
    """What really happened in a made-up market, and the panel in which its traces stand."""

    panel: Panel
    split: Floats
    """New shares per old between the counts of T−1 and T; 1 = none."""
    price_scale: Floats
    """Shares of T, as T's prices see them, per share of the first session."""
    groups: Mapping[str, Sequence[int]]


def random_market(seed: int, *, funds: int = 18, sessions: int = 70, same_day: bool = False) -> RandomMarket:
    """Funds that are listed late, suspended, split and badly published.

    A split moves the share count on T and the prices on T+1 (on T too, if `same_day`); real flows stay
    far from clean multiples, so that no flow has to wait for a price.
    """
    luck = np.random.default_rng(seed)
    shape = (sessions, funds)
    first = np.where(luck.random(funds) < 0.25, luck.integers(0, sessions, funds), 0)
    alive = np.arange(sessions)[:, None] >= first
    split = _splits(luck, shape, first + 3)
    fine = np.asarray(np.cumprod(split, axis=0), dtype=np.float64)
    nav = np.round(luck.uniform(1.5, 4, funds) * np.exp(np.cumsum(luck.normal(0, 0.012, shape), axis=0)), 4)
    true_shares = luck.uniform(0.5e8, 30e8, funds) * np.exp(np.cumsum(luck.normal(0, 0.02, shape), axis=0))
    price_scale = fine if same_day else np.vstack([np.ones((1, funds)), fine[:-1]])
    close = np.round(nav * (1 + luck.normal(0, 0.004, shape)) / price_scale, 3)
    volume = np.round(true_shares * price_scale * luck.uniform(0.001, 0.6, shape))
    shares = np.round(true_shares * fine)
    suspended = (luck.random(shape) < 0.03) & ~_near_split(split)
    close[suspended] = np.nan
    volume[suspended] = 0
    hole = (luck.random(shape) < 0.03) & ~_near_split(split)
    shares = np.where(hole, luck.choice([0.0, np.nan], shape), shares)
    figures = {
        CLOSE: close,
        PREV_CLOSE: _exchange_previous(close, price_scale, alive),
        VOLUME: volume,
        AMOUNT: volume * close,
        IOPV: np.where(luck.random(shape) < 0.05, 0.0, nav / price_scale),
        NAV: np.where(luck.random(shape) < 0.04, np.nan, np.round(nav / fine, 4)),
        SHARES: shares,
        **_within_sessions(np.random.default_rng([seed, 1]), close, nav / price_scale),
    }
    figures[FUND_FINANCING] = _borrowed(np.random.default_rng([seed, 1]), shape)
    figures = {one: np.where(alive, values, np.nan) for one, values in figures.items()}
    figures[FINANCING] = _balances(luck, sessions)
    codes = [f"{'51' if luck.random() < 0.5 else '15'}{at:04d}" for at in range(funds)]
    names = [f"93{luck.integers(0, 4):04d}" for _ in codes]
    profiles = {
        code: _profile(code, index, FundClass.CROSS_BORDER if at % 6 == 5 else FundClass.EQUITY)
        for at, (code, index) in enumerate(zip(codes, names, strict=True))
    }
    days = CALENDAR.window(date(2025, 2, 11), sessions)
    return RandomMarket(
        panel=lay(days, codes, figures, profiles, random_stocks(luck, sorted(set(names)), days)),
        split=split,
        price_scale=price_scale,
        groups={name: [at for at, one in enumerate(names) if one == name] for name in sorted(set(names))},
    )


def _within_sessions(luck: np.random.Generator, close: Floats, worth: Floats) -> dict[Field, Floats]:
    """A price of some minute of each session, and what the exchanges and the index firm said beside it."""
    price = np.round(close * (1 + luck.normal(0, 0.01, close.shape)), 3)
    return {
        SPOT_PRICE: np.where(luck.random(close.shape) < 0.03, np.nan, price),
        SPOT_PREV_CLOSE: np.round(close * (1 + luck.normal(0, 0.02, close.shape)), 3),
        SPOT_IOPV: np.where(luck.random(close.shape) < 0.05, 0.0, worth),
    }


def random_stocks(luck: np.random.Generator, indices: Sequence[str], days: Sequence[date]) -> list[Snapshot]:
    """What indices hold, told twice, and how those stocks traded of late: some suspended, some at a limit that the
    pool leaves out, some sessions without a table."""
    codes = [
        *(f"60{at:04d}" for at in range(20)),
        *(f"30{at:04d}" for at in range(10)),
        *(f"83{at:04d}" for at in range(3)),
    ]
    names = [f"{'*ST' if at % 9 == 8 else ''}股票{code}" for at, code in enumerate(codes)]
    made: list[Snapshot] = []
    for index in indices:
        for at in (0, len(days) // 2):
            held = sorted(luck.choice(len(codes), 12, replace=False))
            weights = luck.dirichlet(np.ones(len(held)))
            rows = {codes[one]: {"weight": weight} for one, weight in zip(held, weights, strict=True)}
            made.append(
                snapshot(Dataset.CONSTITUENTS, days[at], rows, scope=index, source="made", known_at=moment(days[at]))
            )
    percents = np.array([limit_percent(code, name) for code, name in zip(codes, names, strict=True)])
    close = np.round(luck.uniform(5, 50, len(codes)), 2)
    for day in days[len(days) // 3 :]:
        before = close
        moved = luck.normal(luck.choice([-0.03, 0.0, 0.03]), 0.04, len(codes))
        low, high = (np.floor((np.rint(before * 100) * (100 + sign * percents) + 50) / 100) / 100 for sign in (-1, 1))
        close = np.clip(np.round(before * (1 + moved), 2), low, high)
        sides = at_limit(close, before, percents)
        amount = np.where(luck.random(len(codes)) < 0.02, 0.0, 1e8)
        if luck.random() < 0.9:
            figures = zip(codes, close, before, amount, strict=True)
            rows = {
                code: {"stock_close": now, "stock_prev_close": last, "stock_amount": money}
                for code, now, last, money in figures
            }
            table = snapshot(Dataset.STOCKS, day, rows, source="made", known_at=moment(day))
            made.append(replace(table, table=table.table.assign(name=names)))
        pool = {code: {"limit": side} for code, side in zip(codes, sides, strict=True) if side and luck.random() < 0.9}
        if pool:
            made.append(snapshot(Dataset.LIMITS, day, pool, source="made", known_at=moment(day)))
    return made


def _balances(luck: np.random.Generator, sessions: int) -> Floats:
    """Of Shanghai, Shenzhen and both; one exchange is late now and then, and nobody publishes the sum."""
    balances = 8e11 + np.cumsum(luck.normal(2e9, 5e9, (sessions, 3)), axis=0)
    balances[luck.random((sessions, 3)) < 0.05] = np.nan
    balances[:, 2] = np.nan
    return balances


def _borrowed(luck: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Each fund's balance; some lists leave a fund out."""
    balances = luck.uniform(1e8, 5e8, shape[1]) * np.exp(np.cumsum(luck.normal(0, 0.02, shape), axis=0))
    return np.where(luck.random(shape) < 0.03, np.nan, np.round(balances))


def _splits(luck: np.random.Generator, shape: tuple[int, int], earliest: Ints) -> Floats:
    split = np.ones(shape)
    for fund in np.flatnonzero((luck.random(shape[1]) < 0.5) & (earliest < shape[0] - 1)):
        split[luck.integers(earliest[fund], shape[0] - 1), fund] = luck.choice([2.0, 3.0, 5.0, 0.5])
    return split


def _near_split(split: Floats) -> Bools:
    """Sessions whose figures prove a split: nothing is missing there."""
    near: Bools = split != 1
    out = near.copy()
    for shift in (1, 2):
        out[shift:] |= near[:-shift]
        out[:-shift] |= near[shift:]
    return out


def _exchange_previous(close: Floats, scale: Floats, alive: Bools) -> Floats:
    out = np.full(close.shape, np.nan)
    last = np.full(close.shape[1], np.nan)
    last_scale = np.ones(close.shape[1])
    for row in range(len(close)):
        out[row] = np.round(last * last_scale / scale[row], 3)
        told = np.isfinite(close[row]) & alive[row]
        last, last_scale = np.where(told, close[row], last), np.where(told, scale[row], last_scale)
    return np.where(np.isfinite(close), out, np.nan)


def _profile(code: str, index: str, fund_class: FundClass = FundClass.EQUITY) -> Profile:
    return Profile(
        code=code, name=code, exchange=exchange_of(code), fund_class=fund_class, index_key=index, index_name=""
    )

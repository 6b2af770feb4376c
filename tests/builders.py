"""Worlds in a line: a few sessions and funds, laid as snapshots and as a panel.

    panel = market(days=3).fund("560850", close=[1.38, 1.449, 1.43], shares=2e8, nav=1.42).panel()

A series is one figure for every session, or one per session with None where nothing was published; a shorter
series stands on the newest sessions. Where there is a close, the exchange's previous one stands beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from math import isnan
from typing import TypeAlias

import pandas as pd

from bot.sources.base import published_at
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.detector import Detector
from signals.core.field import Axis
from signals.core.laying import lay_panel
from signals.core.matrix import Floats
from signals.core.panel import Panel
from signals.core.profile import exchange_of
from signals.core.signal import Signal
from signals.core.snapshot import PROFILE_COLUMNS, STOCK_NAME, Dataset, Snapshot

Series: TypeAlias = float | Sequence[float | None] | None
Words: TypeAlias = Mapping[str, str]

_HOLIDAYS = (
    ("2023-12-30", "2024-01-01"),
    ("2024-02-09", "2024-02-18"),
    ("2024-04-04", "2024-04-07"),
    ("2024-05-01", "2024-05-05"),
    ("2024-06-08", "2024-06-10"),
    ("2024-09-15", "2024-09-17"),
    ("2024-10-01", "2024-10-07"),
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
)


def _closed(day: date) -> bool:
    return day.weekday() > 4 or any(start <= day.isoformat() <= end for start, end in _HOLIDAYS)


CALENDAR = TradingCalendar.of(
    day for day in (date(2023, 11, 1) + timedelta(days=shift) for shift in range(560)) if not _closed(day)
)
"""The exchanges' real sessions from November 2023 to May 2025, two Spring Festivals inside."""

LAST_DAY = date(2025, 2, 11)
_ALIASES = {"split": "split_ratio", "dividend": "dividend_per_share"}
_DATASETS = {each.name: dataset for dataset in Dataset for each in dataset.fields}


def moment(day: date, clock: str = "23:00") -> datetime:
    """A time of day on the exchanges' clock."""
    return datetime.combine(day, time.fromisoformat(clock), MARKET_ZONE)


@dataclass(frozen=True, kw_only=True)
class Market:
    """Figures by dataset and subject; every method returns another market."""

    sessions: tuple[date, ...]
    figures: Mapping[tuple[Dataset, str], Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    profiles: Mapping[str, Words] = field(default_factory=dict)

    def fund(self, code: str, *, words: Words | None = None, **series: Series) -> "Market":
        """Add a fund (equity, on no index, unless `words` says otherwise) or more figures of one."""
        if series.get("close") is not None:
            series.setdefault("prev_close", _lagged(_aligned(series["close"], len(self.sessions))))
        profile = {"name": code, "exchange": exchange_of(code), "fund_class": "equity", **self.profiles.get(code, {})}
        known = {**self.profiles, code: {**profile, **(words or {})}}
        return replace(self, profiles=known)._with(code, series)

    def funds(self, codes: Iterable[str], *, words: Words | None = None, **series: Series) -> "Market":
        """Add several funds with the same figures."""
        world = self
        for code in codes:
            world = world.fund(code, words=words, **series)
        return world

    def index(self, code: str, close: Series) -> "Market":
        """Add an index."""
        return self._with(code, {"index_close": close})

    def margin(self, exchange: str, **series: Series) -> "Market":
        """Add an exchange's balances: financing, short, total."""
        return self._with(exchange, series)

    def snapshots(self) -> list[Snapshot]:
        """One table per dataset, exchange and session, known at the documented publishing time."""
        scopes: dict[tuple[Dataset, str], list[str]] = {}
        for dataset, subject in self.figures:
            scopes.setdefault((dataset, _scope(dataset, subject)), []).append(subject)
        tables = [
            snapshot(dataset, day, rows, scope=scope)
            for (dataset, scope), subjects in scopes.items()
            for at, day in enumerate(self.sessions)
            if (rows := self._rows(dataset, subjects, at))
        ]
        return [*tables, *([profile_snapshot(self.sessions[0], self.profiles)] if self.profiles else [])]

    def panel(self, *more: Snapshot, asof: datetime | None = None) -> Panel:
        """Everything (and `more`) laid over the sessions, known at `asof` or once all of it is out."""
        known = [*self.snapshots(), *more]
        return lay_panel(known, self.sessions, asof or moment(self.sessions[-1] + timedelta(days=7)))

    def _with(self, subject: str, series: Mapping[str, Series]) -> "Market":
        figures = {key: dict(values) for key, values in self.figures.items()}
        for alias, values in series.items():
            name = _ALIASES.get(alias, alias)
            if values is not None:
                figures.setdefault((_DATASETS[name], subject), {})[name] = _aligned(values, len(self.sessions))
        return replace(self, figures=figures)

    def _rows(self, dataset: Dataset, subjects: Iterable[str], at: int) -> dict[str, dict[str, float]]:
        rows = {
            subject: {name: values[at] for name, values in self.figures[dataset, subject].items()}
            for subject in subjects
        }
        return {subject: row for subject, row in rows.items() if not all(map(isnan, row.values()))}


def market(days: int, end: date = LAST_DAY) -> Market:
    """An empty market of this many sessions, the last of them `end`."""
    return Market(sessions=CALENDAR.window(end, days))


def snapshot(
    dataset: Dataset,
    day: date,
    rows: Mapping[str, Mapping[str, float | bool]],
    *,
    scope: str = "all",
    source: str = "",
    known_at: datetime | None = None,
    provisional: bool = False,
) -> Snapshot:
    """One table as a source tells it; its own time is the documented publishing time unless given."""
    known = known_at or published_at(dataset, day, CALENDAR)
    return Snapshot(
        dataset=dataset,
        source=source or f"{dataset}.{scope.lower()}",
        scope=scope,
        day=day,
        fetched_at=known,
        known_at=known,
        provisional=provisional,
        table=pd.DataFrame.from_dict(dict(rows), orient="index"),
    )


def profile_snapshot(day: date, profiles: Mapping[str, Words], known_at: datetime | None = None) -> Snapshot:
    """A table of profiles; a word that is not told is empty."""
    rows = {code: [words.get(column, "") for column in PROFILE_COLUMNS] for code, words in profiles.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(PROFILE_COLUMNS), dtype="str")
    blank = snapshot(Dataset.PROFILE, day, {}, known_at=known_at)
    return replace(blank, table=table)


def seen(detector: Detector, panel: Panel, day: date | None = None) -> dict[str, Signal]:
    """What a detector tells of one session, by subject; the newest session unless `day` is given."""
    return {one.subject.code: one for one in detector.detect(panel, [day or panel.sessions[-1]])}


def cell(values: Floats, panel: Panel, subject: str, row: int = -1, axis: Axis = Axis.FUND) -> float:
    """One cell of a matrix by subject; the newest session unless `row` is given."""
    return float(values[row, panel.column(axis, subject)])


def _aligned(series: Series, sessions: int) -> tuple[float, ...]:
    if isinstance(series, int | float):
        return (float(series),) * sessions
    told = [float("nan") if value is None else float(value) for value in series or ()]
    if len(told) > sessions:
        raise ValueError(f"{len(told)} figures for {sessions} sessions")
    return (*(float("nan"),) * (sessions - len(told)), *told)


def _lagged(closes: Sequence[float]) -> list[float | None]:
    newest: list[float] = list(accumulate(closes, _newer))
    return [None, *(None if isnan(now) else before for before, now in zip(newest, closes[1:], strict=False))]


def _newer(before: float, now: float) -> float:
    return before if isnan(now) else now


def _scope(dataset: Dataset, subject: str) -> str:
    if dataset.axis is Axis.FUND:
        return exchange_of(subject)
    return subject if dataset.axis is Axis.MARKET else "all"


def weights(
    index: str, day: date, held: Mapping[str, float], *, names: Words | None = None, known_at: datetime | None = None
) -> Snapshot:
    """What an index holds: weights by stock, and names where they are told."""
    rows = {code: {"weight": weight} for code, weight in held.items()}
    return _named(snapshot(Dataset.CONSTITUENTS, day, rows, scope=index, known_at=known_at), names)


def stocks(
    day: date, moves: Mapping[str, float | None], *, names: Words | None = None, before: float = 10.0
) -> Snapshot:
    """How stocks traded from a previous close; one that moved by None was suspended."""
    rows = {
        code: {
            "stock_close": before if move is None else round(before * (1 + move), 2),
            "stock_prev_close": before,
            "stock_amount": 0.0 if move is None else 1e8,
        }
        for code, move in moves.items()
    }
    return _named(snapshot(Dataset.STOCKS, day, rows), names)


def pool(day: date, sides: Mapping[str, int], *, names: Words | None = None) -> Snapshot:
    """The stocks that closed at their limits, 1 or −1."""
    rows = {code: {"limit": float(side)} for code, side in sides.items()}
    return _named(snapshot(Dataset.LIMITS, day, rows), names)


def _named(told: Snapshot, names: Words | None) -> Snapshot:
    if names is None:
        return told
    return replace(told, table=told.table.assign(**{STOCK_NAME: [names.get(code, "") for code in told.table.index]}))

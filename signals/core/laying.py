"""Laying snapshots side by side: the newest known figure of each cell, and where it came from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd

from signals.core.field import Axis, Field
from signals.core.groups import group_subjects
from signals.core.panel import BOTH_EXCHANGES, Layer, Panel
from signals.core.profile import lay_profiles
from signals.core.snapshot import ESTIMATED, Dataset, Snapshot

LEAST_SESSIONS = 60
"""Sessions that a panel always holds: enough for any streak of a market without funds."""

_FUND_TABLES = frozenset({Dataset.DAILY, Dataset.SHARES, Dataset.NAV})

_MARKETS = ("SSE", "SZSE", BOTH_EXCHANGES)


def lay_panel(snapshots: Iterable[Snapshot], sessions: Sequence[date], asof: datetime) -> Panel:
    """Lay snapshots side by side over the given sessions.

    1. What became known after `asof`, or is about a session outside, is left out, and so are tables that no
       panel holds. What is about stocks is kept beside the matrices as it came.
    2. Of several tables of one source on the same data, scope and session the newest replaces the others
       whole: a revision may take a figure back.
    3. Leading sessions without any fund's figures are left out, but for the last `LEAST_SESSIONS`: a young
       database does not pay for the years that it has not seen.
    4. The rest is laid down in the order in which it became known; a known figure replaces an older
       one, an unknown one does not.
    """
    wanted = set(sessions)
    newest: dict[tuple[Dataset, str, str, date], Snapshot] = {}
    profiles: list[Snapshot] = []
    beside: list[Snapshot] = []
    for one in snapshots:
        if one.known_at > asof or (sessions and one.day > sessions[-1]):
            continue
        if one.dataset is Dataset.PROFILE:
            profiles.append(one)
        elif one.dataset.axis is Axis.STOCK:
            beside.append(one)
        elif one.dataset.in_panel and one.day in wanted:
            key = (one.dataset, one.source, one.scope, one.day)
            if key not in newest or newest[key].known_at <= one.known_at:
                newest[key] = one
    kept = sorted(newest.values(), key=lambda one: (one.known_at, one.dataset, one.scope, one.source))
    sessions = _with_funds(kept, sessions)
    kept = [one for one in kept if one.day >= sessions[0]] if sessions else []
    codes = {axis: set[str]() for axis in Axis}
    for one in kept:
        codes[one.dataset.axis].update(one.table.index.tolist())
    known = lay_profiles(profiles, codes[Axis.FUND])
    subjects = {
        Axis.FUND: tuple(known),
        Axis.INDEX: tuple(sorted(codes[Axis.INDEX])),
        Axis.MARKET: (*_MARKETS, *sorted(codes[Axis.MARKET].difference(_MARKETS))),
        **group_subjects(known.values()),
    }
    origins = tuple(sorted({one.source for one in kept}))
    return Panel(
        sessions=tuple(sessions),
        asof=asof,
        subjects=subjects,
        layers=_lay(kept, sessions, subjects, origins),
        origins=origins,
        profiles=known,
        beside=tuple(sorted(beside, key=lambda one: (one.known_at, one.dataset, one.scope, one.source))),
    )


def _with_funds(kept: Iterable[Snapshot], sessions: Sequence[date]) -> Sequence[date]:
    first = min((one.day for one in kept if one.dataset in _FUND_TABLES), default=None)
    start = len(sessions) if first is None else sessions.index(first)
    return sessions[max(0, min(start, len(sessions) - LEAST_SESSIONS)) :]


def _lay(
    kept: Iterable[Snapshot],
    sessions: Sequence[date],
    subjects: Mapping[Axis, tuple[str, ...]],
    origins: tuple[str, ...],
) -> dict[Field, Layer]:
    rows = {day: at for at, day in enumerate(sessions)}
    columns = {axis: pd.Index(names) for axis, names in subjects.items()}
    layers: dict[Field, Layer] = {}
    for one in kept:
        row, origin = rows[one.day], origins.index(one.source)
        at = columns[one.dataset.axis].get_indexer(one.table.index)
        soft = np.full(len(one.table), one.provisional)
        if ESTIMATED in one.table.columns:
            soft |= one.table[ESTIMATED].to_numpy(dtype=np.bool_)
        for each in one.dataset.fields:
            if each.name not in one.table.columns:
                continue
            layer = layers.get(each) or layers.setdefault(each, _blank(len(sessions), len(columns[each.axis])))
            figures = one.table[each.name].to_numpy(dtype=np.float64)
            told = np.isfinite(figures)
            layer.values[row, at[told]] = figures[told]
            layer.origin[row, at[told]] = origin
            layer.estimated[row, at[told]] = soft[told]
    return layers


def _blank(sessions: int, subjects: int) -> Layer:
    return Layer(
        np.full((sessions, subjects), np.nan),
        np.full((sessions, subjects), -1, dtype=np.int16),
        np.zeros((sessions, subjects), dtype=np.bool_),
    )

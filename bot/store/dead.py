"""Messages that were given up: counted by reason, listed, put back into the queue, deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import NOBODY_KNOWS, State
from bot.store.audit import Deed, audited
from bot.store.broadcasts import CANCELLED
from bot.store.connections import Connections
from bot.store.tables import DELIVERIES, DELIVERY_ALERTS, SUBSCRIPTIONS

_CHUNK = 500
"""Letters that one transaction changes: others want to write too."""

_KEY_CHARS = 8


class LetterKind(StrEnum):
    """What a message was."""

    ALERT = "alert"
    DIGEST = "digest"
    BROADCAST = "broadcast"
    NOTICE = "notice"
    """To administrators."""


@dataclass(frozen=True, kw_only=True)
class DeadFilter:
    """Which letters are meant; None = any."""

    reasons: frozenset[str] | None = None
    channel: str | None = None
    kind: LetterKind | None = None
    number: int | None = None
    """Of the letter."""


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One message that was given up, without its words."""

    id: int
    kind: LetterKind
    batch: str
    subscription_id: int
    channel: str
    chat: str
    thread: str
    title: str
    active: bool
    """Whether its reader would get it now."""
    attempts: int
    ended_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class DeadCount:
    """Letters that were given up for the same reason."""

    reason: str
    channel: str = ""
    """Empty = not told apart."""
    kind: LetterKind | None = None
    count: int
    first: datetime
    last: datetime

    @property
    def key(self) -> str:
        """Short enough for a button; the same for the same reason."""
        return key_of(self.reason)


@dataclass(frozen=True, kw_only=True)
class Retried:
    """What became of letters that were to be sent again."""

    put_back: int = 0
    paused: int = 0
    """Left alone: their readers get nothing now."""
    replaced: int = 0
    """Left alone: a later digest of the same slot has gone to the reader, or is about to."""


def key_of(reason: str) -> str:
    """A name for a reason."""
    return sha256(reason.encode()).hexdigest()[:_KEY_CHARS]


class DeadStore:
    """Deliveries in the state DEAD, but for those of broadcasts that somebody has taken back."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def counts(self, since: datetime, until: datetime) -> list[DeadCount]:
        """By reason, most first, of what was given up after `since` and not after `until`."""
        c = DELIVERIES.c
        query = (
            select(c.error, func.count(), func.min(c.ended_at), func.max(c.ended_at))
            .where(_dead(), c.ended_at > since, c.ended_at <= until)
            .group_by(c.error)
        )
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).all()
        found = [DeadCount(reason=row[0], count=row[1], first=row[2], last=row[3]) for row in rows]
        return sorted(found, key=lambda one: (-one.count, one.reason))

    async def groups(self, wanted: DeadFilter) -> list[DeadCount]:
        """By reason, channel and kind, most first."""
        c, channel = DELIVERIES.c, SUBSCRIPTIONS.c.channel
        kind = _kind().label("kind")
        query = (
            select(c.error, channel, kind, func.count(), func.min(c.ended_at), func.max(c.ended_at))
            .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == c.subscription_id)
            .where(*_meant(wanted))
            .group_by(c.error, channel, kind)
        )
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).all()
        found = [
            DeadCount(reason=row[0], channel=row[1], kind=LetterKind(row[2]), count=row[3], first=row[4], last=row[5])
            for row in rows
        ]
        return sorted(found, key=lambda one: (-one.count, one.reason, one.channel, one.kind or ""))

    async def listed(self, wanted: DeadFilter, limit: int, offset: int = 0) -> list[DeadLetter]:
        """The letters themselves, the newest first."""
        query = _letters(wanted).order_by(DELIVERIES.c.ended_at.desc(), DELIVERIES.c.id.desc())
        async with self._connections.read() as connection:
            rows = (await connection.execute(query.limit(limit).offset(offset))).mappings().all()
        return [_letter(row) for row in rows]

    async def retry(self, wanted: DeadFilter, deed: Deed) -> Retried:
        """Put letters back into the queue, due now and as if never tried; parts that arrived are not sent again.

        Those of paused readers, and digests that a later one has replaced, stay where they are and are counted.
        """
        put_back = paused = replaced = last = 0
        while True:
            async with audited(self._connections, deed) as trail:
                letters = await _some(trail.connection, wanted, last)
                stale = await _replaced(trail.connection, letters)
                ready = [one.id for one in letters if one.active and one.id not in stale]
                if ready:
                    await _put_back(trail.connection, ready, deed.now)
                    trail.what, trail.before, trail.after = "dead letters", _said(wanted), f"{len(ready)} retried"
            put_back += len(ready)
            paused += sum(not one.active for one in letters)
            replaced += sum(one.active and one.id in stale for one in letters)
            if len(letters) < _CHUNK:
                return Retried(put_back=put_back, paused=paused, replaced=replaced)
            last = letters[-1].id

    async def drop(self, wanted: DeadFilter, deed: Deed) -> int:
        """Delete letters for good, and return how many."""
        dropped = last = 0
        while True:
            async with audited(self._connections, deed) as trail:
                ids = [one.id for one in await _some(trail.connection, wanted, last)]
                if ids:
                    ties = DELIVERY_ALERTS.c.delivery_id.in_(ids)
                    await trail.connection.execute(delete(DELIVERY_ALERTS).where(ties))
                    await trail.connection.execute(delete(DELIVERIES).where(DELIVERIES.c.id.in_(ids)))
                    trail.what, trail.before, trail.after = "dead letters", _said(wanted), f"{len(ids)} deleted"
            dropped += len(ids)
            if len(ids) < _CHUNK:
                return dropped
            last = ids[-1]


def _dead() -> ColumnElement[bool]:
    return (DELIVERIES.c.state == State.DEAD) & (DELIVERIES.c.error != CANCELLED)


def _kind() -> ColumnElement[str]:
    batch = DELIVERIES.c.batch
    return case(
        (batch.startswith("digest/"), LetterKind.DIGEST),
        (batch.startswith("broadcast/"), LetterKind.BROADCAST),
        (or_(DELIVERIES.c.gate.is_not(None), batch.startswith("poll/")), LetterKind.ALERT),
        else_=LetterKind.NOTICE,
    )


def _meant(wanted: DeadFilter) -> list[ColumnElement[bool]]:
    found = [_dead()]
    if wanted.reasons is not None:
        found.append(DELIVERIES.c.error.in_(wanted.reasons))
    if wanted.channel is not None:
        found.append(SUBSCRIPTIONS.c.channel == wanted.channel)
    if wanted.kind is not None:
        found.append(_kind() == wanted.kind)
    if wanted.number is not None:
        found.append(DELIVERIES.c.id == wanted.number)
    return found


def _letters(wanted: DeadFilter) -> Select[Any]:
    c, reader = DELIVERIES.c, SUBSCRIPTIONS.c
    return (
        select(
            c.id,
            _kind().label("kind"),
            c.batch,
            c.subscription_id,
            *(reader.channel, reader.chat, reader.thread, reader.title, reader.active),
            *(c.attempts, c.ended_at, c.error.label("reason")),
        )
        .join(SUBSCRIPTIONS, reader.id == c.subscription_id)
        .where(*_meant(wanted))
    )


async def _some(connection: AsyncConnection, wanted: DeadFilter, after: int) -> list[DeadLetter]:
    """The next of them by their numbers; nobody else changes them meanwhile."""
    query = _letters(wanted).where(DELIVERIES.c.id > after).order_by(DELIVERIES.c.id).limit(_CHUNK)
    rows = await connection.execute(query.with_for_update(of=DELIVERIES))
    return [_letter(row) for row in rows.mappings()]


def _letter(row: RowMapping) -> DeadLetter:
    told = {one.name: row[one.name] for one in fields(DeadLetter)}
    return DeadLetter(**{**told, "kind": LetterKind(row["kind"])})


async def _replaced(connection: AsyncConnection, letters: Sequence[DeadLetter]) -> set[int]:
    """The digests whose reader has a later one of the same slot."""
    digests = [one for one in letters if one.kind is LetterKind.DIGEST]
    if not digests:
        return set()
    c = DELIVERIES.c
    query = select(c.subscription_id, c.batch).where(
        c.subscription_id.in_({one.subscription_id for one in digests}), c.batch.startswith("digest/")
    )
    newest = dict[tuple[int, str], str]()
    for row in await connection.execute(query):
        slot, _, day = row.batch.rpartition("/")
        key = (row.subscription_id, slot)
        newest[key] = max(day, newest.get(key, ""))
    return {one.id for one in digests if _slot_and_day(one)[1] < newest[_slot_and_day(one)[0]]}


def _slot_and_day(one: DeadLetter) -> tuple[tuple[int, str], str]:
    slot, _, day = one.batch.rpartition("/")
    return (one.subscription_id, slot), day


async def _put_back(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    repeats, unknown = DELIVERIES.c.repeats, DELIVERIES.c.error.startswith(NOBODY_KNOWS)
    values: dict[str, Any] = {
        "state": State.PENDING,
        "attempts": 0,
        "due_at": now,
        "lease_until": None,
        "ended_at": None,
        "error": "",
        "on_its_way": False,
        # What may have arrived goes on being said to be a repeat.
        "repeats": case((unknown & (repeats < 1), 1), else_=repeats),
    }
    mine = DELIVERIES.c.id.in_(ids), DELIVERIES.c.state == State.DEAD
    await connection.execute(update(DELIVERIES).where(*mine).values(values))


def _said(wanted: DeadFilter) -> str:
    parts = [
        *(f"#{one}" for one in [wanted.number] if one is not None),
        *(one for one in (wanted.channel, wanted.kind) if one is not None),
        *sorted(wanted.reasons or ()),
    ]
    return " ".join(parts) or "all"

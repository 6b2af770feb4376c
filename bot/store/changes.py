"""Lists and overrides as administrators change them: shown as a draft, stored with every earlier state, undone."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.admin_tables import CHANGE_DRAFTS, CHANGES, OVERRIDES
from bot.store.audit import Deed, Trail, audited
from bot.store.connections import Connections, insert, one_at_a_time
from bot.store.tables import WATCHLISTS

States: TypeAlias = Mapping[str, Any]
"""What stands under each key, as plain data; None = nothing."""


class Kind(StrEnum):
    """What is changed; each kind is undone by itself."""

    WATCHLISTS = "watchlists"
    """Keys are names of lists; all others are kept as overrides."""
    THRESHOLDS = "thresholds"
    LIMITS = "limits"
    MAINTENANCE = "maintenance"
    SOURCES = "sources"
    SLOTS = "slots"


class DraftGoneError(Exception):
    """There is no such draft of this person, or it was settled before."""


class ChangedMeanwhileError(Exception):
    """What was to be changed is not what it was when the change was shown."""


class NothingToUndoError(Exception):
    """Every change of the kind is undone, or there never was one."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change and both states."""

    id: int
    at: datetime
    who: str
    kind: Kind
    before: States
    after: States
    undoes: int | None
    """The change that this one takes back."""
    undone: bool


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A change that was shown and waits for a word."""

    id: int
    kind: Kind
    before: States
    after: States


class ChangeStore:
    """The one way in which lists and overrides change; each change has its entry in the audit log."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def overrides(self) -> dict[str, Any]:
        """Everything that is set over the files, by key."""
        async with self._connections.read() as connection:
            rows = (await connection.execute(select(OVERRIDES.c.key, OVERRIDES.c.value))).all()
        return {row.key: row.value for row in rows}

    async def draft(self, kind: Kind, after: States, deed: Deed) -> Draft:
        """Keep a change until its author confirms it."""
        async with self._connections.write() as connection:
            before, wanted = await _read(connection, kind, after), _plain(after)
            row = {"who": deed.who, "kind": kind, "before": before, "after": wanted}
            new = insert(connection, CHANGE_DRAFTS).values(**row, settled=False, created_at=deed.now)
            made = (await connection.execute(new.returning(CHANGE_DRAFTS.c.id))).scalar_one()
        return Draft(id=made, kind=kind, before=before, after=wanted)

    async def confirm(self, draft_id: int, deed: Deed) -> Change:
        """Make the change of a draft; raises DraftGoneError or ChangedMeanwhileError, and then changes nothing."""
        async with audited(self._connections, deed) as trail:
            draft = await _settle(trail.connection, draft_id, deed)
            return await _make(trail, draft.kind, draft.after, deed, expected=draft.before)

    async def drop(self, draft_id: int, deed: Deed) -> None:
        """Forget a draft; raises DraftGoneError."""
        async with self._connections.write() as connection:
            await _settle(connection, draft_id, deed)

    async def make(self, kind: Kind, after: States, deed: Deed) -> Change:
        """Make a change that needs no second word."""
        async with audited(self._connections, deed) as trail:
            return await _make(trail, kind, after, deed)

    async def undo(self, kind: Kind, deed: Deed) -> Change:
        """Take the newest change of a kind back that is not undone yet; raises NothingToUndoError.

        Raises ChangedMeanwhileError where something else has changed the same since.
        """
        async with audited(self._connections, deed) as trail:
            await one_at_a_time(trail.connection, "changes")
            mine = CHANGES.c.kind == kind, ~CHANGES.c.undone, CHANGES.c.undoes.is_(None)
            query = select(CHANGES).where(*mine).order_by(CHANGES.c.id.desc()).limit(1)
            row = (await trail.connection.execute(query)).mappings().first()
            if row is None:
                raise NothingToUndoError
            undone = update(CHANGES).where(CHANGES.c.id == row["id"]).values(undone=True)
            await trail.connection.execute(undone)
            return await _make(trail, kind, row["before"], deed, expected=row["after"], undoes=row["id"])

    async def recent(self, kind: Kind, limit: int) -> list[Change]:
        """The newest changes of a kind, newest first."""
        query = select(CHANGES).where(CHANGES.c.kind == kind).order_by(CHANGES.c.id.desc()).limit(limit)
        async with self._connections.read() as connection:
            return [_change(row) for row in (await connection.execute(query)).mappings()]


async def _settle(connection: AsyncConnection, draft_id: int, deed: Deed) -> Draft:
    c = CHANGE_DRAFTS.c
    mine = update(CHANGE_DRAFTS).where(c.id == draft_id, c.who == deed.who, ~c.settled).values(settled=True)
    row = (await connection.execute(mine.returning(c.id, c.kind, c.before, c.after))).mappings().first()
    if row is None:
        raise DraftGoneError
    return Draft(id=row["id"], kind=Kind(row["kind"]), before=row["before"], after=row["after"])


async def _make(
    trail: Trail, kind: Kind, after: States, deed: Deed, *, expected: States | None = None, undoes: int | None = None
) -> Change:
    connection, wanted = trail.connection, _plain(after)
    await one_at_a_time(connection, "changes")
    before = await _read(connection, kind, wanted)
    if expected is not None and before != expected:
        raise ChangedMeanwhileError
    await _write(connection, kind, wanted, deed.now)
    trail.what = f"{'undo ' if undoes else ''}{kind}: {', '.join(wanted)}"
    trail.before, trail.after = _said(before), _said(wanted)
    row: dict[str, Any] = {
        "at": deed.now,
        "who": deed.who,
        "kind": kind,
        "before": before,
        "after": wanted,
        "undoes": undoes,
    }
    if before == wanted:
        return Change(id=0, **row, undone=True)
    new = insert(connection, CHANGES).values(**row, undone=False).returning(CHANGES.c.id)
    return Change(id=(await connection.execute(new)).scalar_one(), **row, undone=False)


async def _read(connection: AsyncConnection, kind: Kind, keys: Collection[str]) -> dict[str, Any]:
    if kind is Kind.WATCHLISTS:
        lists = select(WATCHLISTS).where(WATCHLISTS.c.name.in_(keys), ~WATCHLISTS.c.removed)
        found = {row["name"]: _state(row) for row in (await connection.execute(lists)).mappings()}
    else:
        query = select(OVERRIDES.c.key, OVERRIDES.c.value).where(OVERRIDES.c.key.in_(keys))
        found = {row.key: row.value for row in await connection.execute(query)}
    return {key: found.get(key) for key in keys}


async def _write(connection: AsyncConnection, kind: Kind, states: States, now: datetime) -> None:
    for key, state in states.items():
        if kind is Kind.WATCHLISTS:
            await _write_list(connection, key, state, now)
        elif state is None:
            await connection.execute(delete(OVERRIDES).where(OVERRIDES.c.key == key))
        else:
            row = {"key": key, "value": state, "updated_at": now}
            new = insert(connection, OVERRIDES).values(row)
            await connection.execute(new.on_conflict_do_update(index_elements=["key"], set_=row))


async def _write_list(connection: AsyncConnection, name: str, state: Mapping[str, Any] | None, now: datetime) -> None:
    if state is None:
        gone = update(WATCHLISTS).where(WATCHLISTS.c.name == name)
        await connection.execute(gone.values(removed=True, updated_at=now))
        return
    row = {**state, "name": name, "removed": False, "updated_at": now}
    new = insert(connection, WATCHLISTS).values(row)
    await connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=row))


def _state(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("title_zh", "title_en", "codes", "position", "hidden")}


def _plain(states: States) -> dict[str, Any]:
    """As it comes back from the database: tuples are lists."""
    return dict(json.loads(json.dumps(dict(states))))


def _said(states: States) -> str:
    return json.dumps(dict(states), ensure_ascii=False, sort_keys=True)


def _change(row: RowMapping) -> Change:
    told = {one.name: row[one.name] for one in fields(Change)}
    return Change(**{**told, "kind": Kind(row["kind"])})

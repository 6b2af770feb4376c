"""Forget a chat: everything that was kept because it was there, in every table, whoever added the table."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, Table, delete, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import Address
from bot.store.audit import add_entry
from bot.store.connections import Connections, insert
from bot.store.tables import AUDIT, CHAT, METADATA, SUBSCRIPTIONS

PAGE = "web"
"""The channel whose transcript is kept here."""

NOBODY = "forgotten"
"""Stands in the audit in place of a chat that has asked to be forgotten."""


class Forgetting:
    """One transaction, after which no table holds the address."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def forget(self, channel: str, address: Address, now: datetime) -> None:
        """Delete all that belongs to a chat; the audit keeps that one was forgotten, and not which.

        The numbers of alerts and of other people's chats stay what they were. Nothing happens twice: a chat that
        is not known leaves the same trace.
        """
        async with self._connections.write() as connection:
            if channel == PAGE:
                await _hold_number(connection, now)
            for table in reversed(METADATA.sorted_tables):
                mine = _belongs(table, channel, address)
                if mine is not None:
                    await connection.execute(delete(table).where(mine))
            if not await _still_there(connection, channel, address.chat):
                await self._without_trail(connection, channel, address.chat)
            await add_entry(connection, at=now, who=NOBODY, what="forgotten", before="", after="")

    async def _without_trail(self, connection: AsyncConnection, channel: str, chat: str) -> None:
        """What the chat changed stays in the audit as something that somebody changed."""
        blank = {"who": NOBODY, "before": "", "after": ""}
        await connection.execute(update(AUDIT).where(AUDIT.c.who == f"{channel}:{chat}").values(blank))


async def _hold_number(connection: AsyncConnection, now: datetime) -> None:
    """Keep the transcript's newest number taken: a page that is open asks for what came after the one it knows.

    SQLite gives the numbers of deleted rows again.
    """
    blank = insert(connection, CHAT).values(chat="", author=NOBODY, body={}, at=now)
    newest = (await connection.execute(blank.returning(CHAT.c.id))).scalar_one()
    await connection.execute(delete(CHAT).where(CHAT.c.chat == "", CHAT.c.id < newest))


async def _still_there(connection: AsyncConnection, channel: str, chat: str) -> bool:
    """Whether another topic of the chat goes on."""
    others = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.channel == channel, SUBSCRIPTIONS.c.chat == chat)
    return (await connection.execute(others.limit(1))).first() is not None


def _belongs(table: Table, channel: str, address: Address) -> ColumnElement[bool] | None:
    """The rows of a table that are there for a chat: by its address, or by what they refer to."""
    named = {column.name for column in table.columns}
    found: list[ColumnElement[bool]] = []
    if {"channel", "chat", "thread"} <= named:
        found.append((table.c.channel == channel) & (table.c.chat == address.chat) & (table.c.thread == address.thread))
    if {"channel", "person"} <= named:
        # In a private chat the person and the chat go by one id.
        found.append((table.c.channel == channel) & (table.c.person == address.chat))
    if table is CHAT:
        found.append(CHAT.c.chat == address.chat if channel == PAGE else false())
    for key in table.foreign_keys:
        above = key.column.table
        if above is not table and _subscribes(above):
            owned: Select[tuple[int]] = select(key.column)
            its = _belongs(above, channel, address)
            if its is not None:
                found.append(key.parent.in_(owned.where(its)))
    return or_(*found) if found else None


def _subscribes(table: Table) -> bool:
    """Whether rows of a table are there for a subscription, or are one."""
    return table is SUBSCRIPTIONS or any(
        key.column.table is not table and _subscribes(key.column.table) for key in table.foreign_keys
    )

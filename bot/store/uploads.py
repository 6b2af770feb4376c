"""Pictures that a chat service has already, by its own ids of them: they outlive a restart."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.store.connections import Connections, insert
from bot.store.errors import AwayError
from bot.store.tables import UPLOADS

KEPT = timedelta(days=60)
KEPT_MAX = 2_000
"""Ids that are remembered; most pictures are sent on one evening and never again."""


class UploadStore:
    """One id for each picture and bot, by the hash of the picture.

    While the database cannot be had nothing is known and nothing kept: that costs an upload, and never a message.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def find(self, bot: str, digest: str, now: datetime) -> str:
        """The id; empty where there is none, or only one older than `KEPT`."""
        query = select(UPLOADS.c.file_id).where(
            UPLOADS.c.bot == bot, UPLOADS.c.digest == digest, UPLOADS.c.kept_at > now - KEPT
        )
        with suppress(AwayError):
            async with self._connections.read() as connection:
                return (await connection.execute(query)).scalar_one_or_none() or ""
        return ""

    async def keep(self, bot: str, digest: str, file_id: str, now: datetime) -> None:
        """Remember an id in place of any other; what is too old, or one too many, is forgotten."""
        with suppress(AwayError):
            await self._keep(bot, digest, file_id, now)

    async def forget(self, bot: str, digest: str) -> None:
        """The service does not know the id any more."""
        with suppress(AwayError):
            async with self._connections.write() as connection:
                await connection.execute(delete(UPLOADS).where(UPLOADS.c.bot == bot, UPLOADS.c.digest == digest))

    async def _keep(self, bot: str, digest: str, file_id: str, now: datetime) -> None:
        values = {"file_id": file_id, "kept_at": now}
        newest = select(UPLOADS.c.kept_at).order_by(UPLOADS.c.kept_at.desc()).offset(KEPT_MAX).limit(1)
        async with self._connections.write() as connection:
            new = insert(connection, UPLOADS).values(bot=bot, digest=digest, **values)
            await connection.execute(new.on_conflict_do_update(index_elements=("bot", "digest"), set_=values))
            last = (await connection.execute(newest)).scalar_one_or_none()
            oldest = max(now - KEPT, last) if last is not None else now - KEPT
            await connection.execute(delete(UPLOADS).where(UPLOADS.c.kept_at <= oldest))

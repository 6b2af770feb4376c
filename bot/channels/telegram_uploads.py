"""Pictures that Telegram has already: sent again by the server's id of them instead of byte by byte."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

import structlog
from telegram import Message as Sent
from telegram.error import BadRequest

REMEMBERED_MAX = 500

_NO_SUCH_FILE = ("file identifier", "file_id", "file reference", "file_reference", "wrong remote file")

log = structlog.get_logger(__name__)


class Uploads(Protocol):
    """Remembers the server's id of a picture, by bot and by the hash of its bytes."""

    async def find(self, bot: str, digest: str, now: datetime) -> str:
        """The id; empty where there is none."""
        ...

    async def keep(self, bot: str, digest: str, file_id: str, now: datetime) -> None:
        """Remember an id; the oldest ones are forgotten for it."""
        ...

    async def forget(self, bot: str, digest: str) -> None:
        """The server does not take the id any more."""
        ...


class MemoryUploads:
    """Remembers as long as the process lives."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def find(self, bot: str, digest: str, now: datetime) -> str:
        """As `Uploads` says."""
        return self._kept.get((bot, digest), "")

    async def keep(self, bot: str, digest: str, file_id: str, now: datetime) -> None:
        """As `Uploads` says."""
        self._kept[bot, digest] = file_id
        if len(self._kept) > REMEMBERED_MAX:
            self._kept.popitem(last=False)

    async def forget(self, bot: str, digest: str) -> None:
        """As `Uploads` says."""
        self._kept.pop((bot, digest), None)


class Reuse:
    """Sends pictures of one bot, each uploaded once.

    A memory that fails costs an upload and a line in the log, never a message: what is out cannot be sent again.
    """

    def __init__(self, bot: str, uploads: Uploads) -> None:
        self._bot = bot
        self._uploads = uploads

    async def sent(
        self, pngs: Sequence[bytes], send: Callable[[list[str | bytes]], Awaitable[Sequence[Sent]]]
    ) -> Sequence[Sent]:
        """What `send` makes of the pictures, given as ids where the server has them; raises what it raises.

        An id that the server refuses is forgotten, and everything is uploaded anew.
        """
        digests = [sha256(png).hexdigest() for png in pngs]
        known = [await self._find(digest) for digest in digests]
        try:
            made = await send([file_id or png for file_id, png in zip(known, pngs, strict=True)])
        except BadRequest as error:
            if not any(known) or not any(words in error.message.lower() for words in _NO_SUCH_FILE):
                raise
            log.info("telegram has forgotten a picture", why=error.message)
            made = await self._anew(digests, pngs, send)
            known = [""] * len(pngs)
        for digest, file_id, message in zip(digests, known, made, strict=True):
            if not file_id and message.photo:
                await self._keep(digest, message.photo[-1].file_id)
        return made

    async def _anew(
        self,
        digests: Sequence[str],
        pngs: Sequence[bytes],
        send: Callable[[list[str | bytes]], Awaitable[Sequence[Sent]]],
    ) -> Sequence[Sent]:
        for digest in digests:
            try:
                await self._uploads.forget(self._bot, digest)
            except Exception:
                log.exception("defect: an upload is not forgotten")
        return await send(list(pngs))

    async def _find(self, digest: str) -> str:
        try:
            return await self._uploads.find(self._bot, digest, datetime.now(UTC))
        except Exception:
            log.exception("defect: uploads are not remembered")
            return ""

    async def _keep(self, digest: str, file_id: str) -> None:
        try:
            await self._uploads.keep(self._bot, digest, file_id, datetime.now(UTC))
        except Exception:
            log.exception("defect: an upload is not kept")

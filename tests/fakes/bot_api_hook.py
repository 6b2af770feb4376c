"""The fake Bot API's webhook: updates are sent to a URL one by one, each until it is taken."""

import asyncio
from collections.abc import Collection
from contextlib import suppress

from aiohttp import ClientError, ClientSession

from tests.fakes.bot_api_updates import Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
AGAIN_SECONDS = 0.02
"""The real server waits longer and longer."""


class Webhook:
    """Off until a URL is set."""

    def __init__(self, updates: Updates) -> None:
        self.url = ""
        self.answers: list[int] = []
        """The status of each delivery."""
        self._updates = updates
        self._task: asyncio.Task[None] | None = None

    def set(self, url: str, secret: str, kinds: Collection[str]) -> None:
        """Deliver to a URL from now on; empty = nowhere."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.url = url
        if url:
            self._task = asyncio.create_task(self._deliver(url, secret, kinds))

    async def close(self) -> None:
        """Deliver nothing more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _deliver(self, url: str, secret: str, kinds: Collection[str]) -> None:
        headers, offset = {SECRET_HEADER: secret} if secret else {}, 0
        async with ClientSession() as session:
            while True:
                waiting = await self._updates.poll(offset=offset, wait_seconds=60, kinds=kinds)
                for update in waiting[:1]:
                    if await self._taken(session, url, headers, update):
                        offset = update["update_id"] + 1
                    else:
                        await asyncio.sleep(AGAIN_SECONDS)

    async def _taken(
        self, session: ClientSession, url: str, headers: dict[str, str], update: dict[str, object]
    ) -> bool:
        try:
            async with session.post(url, json=update, headers=headers) as response:
                self.answers.append(response.status)
                return response.ok
        except ClientError:
            return False

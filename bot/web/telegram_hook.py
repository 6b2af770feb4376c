"""Where Telegram brings updates when it is not polled: one path beside the page, outside of its guard."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route

HOOK_PATH = "/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 — a header's name
BODY_BYTES_MAX = 1024 * 1024
"""More than the longest message with the one it answers takes."""
BODY_SECONDS_MAX = 30.0

Take = Callable[[dict[str, Any]], Awaitable[bool]]
"""Takes an update; False = bring it again later. Raises ValueError for what is no update."""


def with_hook(page: Starlette | None, take: Take, secret: str) -> Starlette:
    """The page with the path beside it, or the path alone; served as the page is.

    The page's guard asks for its host name and password, which Telegram does not have. Raises ValueError
    without a secret: everybody could speak in anybody's name.
    """
    if not secret:
        raise ValueError("updates of Telegram are taken from who knows the secret, so there must be one")
    hook = Route(HOOK_PATH, _Hook(take, sha256(secret.encode()).digest()).answer, methods=["POST"])
    app = Starlette(routes=[hook, *([Mount("/", page)] if page is not None else [])])
    app.state.close = page.state.close if page is not None else _nothing
    return app


@dataclass(frozen=True, slots=True)
class _Hook:
    """Answers junk with a bare status: whoever sends it learns nothing, and the log stays readable."""

    take: Take
    secret_hash: bytes = field(repr=False)

    async def answer(self, request: Request) -> Response:
        given = sha256(request.headers.get(SECRET_HEADER, "").encode()).digest()
        if not compare_digest(given, self.secret_hash):
            return Response(status_code=403)
        try:
            taken = await self.take(_update(await _body(request)))
        except (ValueError, RecursionError, ClientDisconnect, TimeoutError):
            return Response(status_code=400)
        return Response(status_code=200 if taken else 503)


async def _body(request: Request) -> bytes:
    """The body; raises ValueError when it is too long, and TimeoutError when it does not come to its end."""
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS_MAX):
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                raise ValueError
    return bytes(body)


def _update(body: bytes) -> dict[str, Any]:
    """An update as data; raises ValueError for anything else."""
    update: Any = json.loads(body)
    if isinstance(update, dict) and isinstance(update.get("update_id"), int):
        return update
    raise ValueError("this is no update")


def _nothing() -> None:
    """There are no streams to end."""

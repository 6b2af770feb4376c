"""企业微信 (WeCom): pushes to groups through the robots that their members have set up there; nobody talks back."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlsplit

import aiohttp

from bot.blotting import Blot
from bot.channels.base import Part
from bot.channels.legible import NOTHING, legible, visible
from bot.channels.wecom_markup import bare, marked
from bot.deliveries import Address, SendFailedError
from bot.limiter import Limiter, Quota, Quotas
from bot.messages.model import Block, Message, Picture

MESSAGES_PER_MINUTE = 20
"""To one robot; the server silences a faster one for a minute."""

PICTURE_BYTES_MAX = 2 * 1024 * 1024

_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)
_TOO_FAST, _WAIT_SECONDS = 45009, 60.0
_KEY_REFUSED = frozenset({93000, 40013, 40001})
"""No such robot: its group has removed it, or the key was mistyped."""
_REASON_MAX = 200
_ANSWER_BYTES_MAX = 64 * 1024
"""It says two things."""


class WecomChannel:
    """Sends to group robots by the names that the operator gave them; only this class knows their keys.

    The address of a robot is `base_url` with its key. Raises ValueError for a URL that cannot be one.
    """

    kind: ClassVar[str] = "wecom"

    def __init__(self, robots: Mapping[str, str], *, base_url: str = "https://qyapi.weixin.qq.com") -> None:
        if urlsplit(base_url).scheme not in {"http", "https"}:
            raise ValueError("base_url of 企业微信 must begin with http:// or https://")
        self._keys = dict(robots)
        self._url = f"{base_url.rstrip('/')}/cgi-bin/webhook/send"
        self._session: aiohttp.ClientSession | None = None
        self.limiter = Limiter(Quotas(None, lambda robot: (Quota(robot, MESSAGES_PER_MINUTE, 60.0),)))

    @property
    def robots(self) -> tuple[str, ...]:
        """The names of the robots."""
        return tuple(self._keys)

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        """The message as Markdown, and each picture by itself where it stands; buttons have no place here."""
        made, waiting = list[Part](), list[Block]()
        for block in message.blocks:
            if isinstance(block, Picture) and len(block.png) <= PICTURE_BYTES_MAX:
                made += self._texts(waiting, plain=plain) if waiting else []
                made.append(
                    Part(markup=legible(block.alt) if visible(block.alt) else NOTHING, picture=block.png, plain=plain)
                )
                waiting = []
            else:
                waiting.append(block)
        made += self._texts(waiting, plain=plain) if waiting or not made else []
        # The server takes neither; a preview of this channel says so.
        made[0] = replace(made[0], silent=message.silent)
        made[-1] = replace(made[-1], buttons=message.buttons)
        return made

    async def send(self, address: Address, part: Part) -> str:
        """Send one part; the server names no id. Raises `SendFailedError`, which has no cause and no key."""
        key = self._keys.get(address.chat)
        if key is None:
            raise SendFailedError(f"no robot {address.chat!r} is set up", permanent=True)
        told = await self._post(key, _body(part))
        code, reason = told.get("errcode"), Blot([key]).hide(str(told.get("errmsg", "")))[:_REASON_MAX]
        if code == 0:
            return ""
        if code == _TOO_FAST:
            raise SendFailedError(f"{code} {reason}", retry_after_seconds=_WAIT_SECONDS)
        raise SendFailedError(f"{code} {reason}", permanent=code in _KEY_REFUSED)

    async def aclose(self) -> None:
        """Close the connections; a later `send` opens new ones."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _post(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        failure, unknown = "", True
        try:
            async with self._session.post(self._url, params={"key": key}, json=body, allow_redirects=False) as answer:
                failure = f"HTTP {answer.status}"
                unknown = answer.ok or answer.status == HTTPStatus.GATEWAY_TIMEOUT
                told = json.loads(await _start_of(answer))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            failure, unknown = type(error).__name__, False
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as error:
            # The text of an error may hold the address, and with it the key.
            failure = f"{failure} {type(error).__name__}".strip()
        else:
            if isinstance(told, dict) and isinstance(told.get("errcode"), int):
                return told
        raise SendFailedError(failure, unknown=unknown)

    def _texts(self, blocks: list[Block], *, plain: bool) -> list[Part]:
        parts = marked(Message(blocks=tuple(blocks)))
        return [Part(markup=bare(one) if plain else one, plain=plain) for one in parts]


async def _start_of(answer: aiohttp.ClientResponse) -> bytes:
    """The answer, which is no JSON any more where it is cut off."""
    start = bytearray()
    async for chunk in answer.content.iter_any():
        start += chunk
        if len(start) > _ANSWER_BYTES_MAX:
            break
    return bytes(start[:_ANSWER_BYTES_MAX])


def _body(part: Part) -> dict[str, Any]:
    if part.picture:
        digest = hashlib.md5(part.picture, usedforsecurity=False).hexdigest()
        return {"msgtype": "image", "image": {"base64": b64encode(part.picture).decode("ascii"), "md5": digest}}
    # Bare words go the same way: as text the server takes only half as many bytes, and they hold no markup.
    return {"msgtype": "markdown", "markdown": {"content": part.markup}}

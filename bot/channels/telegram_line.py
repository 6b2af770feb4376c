"""Whether Telegram can be heard: said once when the line breaks, once when it is back."""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram_answers import readable
from bot.channels.telegram_transport import AiohttpTransport

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput

_NOTHING_NEW = int(HTTPStatus.OK), b'{"ok": true, "result": []}'
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}

REASON_MAX = 200
"""Characters kept of what went wrong: a page of a proxy may be in it."""

log = structlog.get_logger(__name__)


class Line:
    """The state of polling: good, broken for now, or cut for good."""

    def __init__(self) -> None:
        self.cut = asyncio.Event()
        """Set when polling on is of no use."""
        self._broken = False

    def answered(self, status: int) -> None:
        """A poll came back with this HTTP status."""
        if status == HTTPStatus.CONFLICT:
            self._end("another process listens with this bot's token; this one stops listening")
        elif status in _REFUSED:
            self.refused()
        elif status >= HTTPStatus.BAD_REQUEST:
            self.lost(f"HTTP {status}")
        elif self._broken:
            self._broken = False
            log.info("telegram is heard again")

    def lost(self, why: str) -> None:
        """A poll failed; the next may not."""
        if not self._broken:
            self._broken = True
            log.warning("telegram is not heard", why=why[:REASON_MAX])

    def refused(self) -> None:
        """The server does not know the token."""
        self._end("Telegram refuses the bot's token, or base_url is no Bot API; nobody is listened to")

    def _end(self, why: str) -> None:
        if not self.cut.is_set():
            self.cut.set()
            log.error(why)


class WatchedTransport(BaseRequest):
    """A transport for polls that reports to a line, and polls no more once it is cut.

    The library ends its polling with one more poll, which would throw the other listener out in turn.
    """

    def __init__(self, transport: AiohttpTransport, line: Line) -> None:
        self._transport = transport
        self._line = line

    @property
    def read_timeout(self) -> float:
        """That of the transport."""
        return self._transport.read_timeout

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer of a poll, with updates that can be read; raises NetworkError for what is none."""
        answer = AiohttpTransport.parse_json_payload(payload)
        return {**answer, "result": readable(answer.get("result", []))}

    async def initialize(self) -> None:
        """Open the transport."""
        await self._transport.initialize()

    async def shutdown(self) -> None:
        """Close the transport."""
        await self._transport.shutdown()

    async def do_request(  # noqa: PLR0917 - the library's own signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        write_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        connect_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        pool_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One poll; after the one that cut the line, none goes out and each brings nothing."""
        if self._line.cut.is_set():
            return _NOTHING_NEW
        try:
            answer = await self._transport.do_request(
                url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
            )
        except TelegramError as error:
            self._line.lost(error.message)
            raise
        self._line.answered(answer[0])
        return _NOTHING_NEW if self._line.cut.is_set() else answer

"""How calls reach the Bot API: aiohttp under python-telegram-bot, and the only place that knows the token."""

import json
import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp.hdrs import CONTENT_DISPOSITION, CONTENT_TYPE
from telegram.error import NetworkError
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram_answers import NOT_OURS

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput

CONNECT_TIMEOUT_SECONDS = 10.0
ANSWER_BYTES_MAX = 32 * 1024 * 1024
"""More than a hundred of the largest updates, and than the largest file that a bot may fetch."""
KEEP_SECONDS = 30.0
"""Shorter than servers and proxies keep an idle connection: a kept one is seldom a dead one."""

_NOT_IN_A_NAME = re.compile(r'["\\;\x00-\x1f\x7f]')
_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_PLACEHOLDER = "hidden"
_FILE = "/stored-file"
"""Stands before the path of a file to fetch, in place of a method; the library would rewrite anything but a path."""
_UNSET = BaseRequest.DEFAULT_NONE


class AnswerLostError(NetworkError):
    """A call went out, and no answer came that could be read: nobody knows what the server did with it."""


class AiohttpTransport(BaseRequest):
    """Calls of the Bot API over one session, which the first call opens and `shutdown` closes.

    The library is given a placeholder for a token and passes paths like `/sendMessage`; the real one is
    put in front here. So whatever it logs or raises cannot hold it. What an answer repeats of it is struck
    out, and a failure is named by its class alone: its text could hold the URL.

    Raises ValueError for a token, a URL or a proxy that cannot be one; the text holds none of them.
    """

    def __init__(
        self,
        token: str,
        base_url: str,
        *,
        proxy: str | None = None,
        pool: int,
        read_timeout_seconds: float,
    ) -> None:
        if not _TOKEN.fullmatch(token):
            raise ValueError("the Telegram token is not of the form 123456:ABC-xyz")
        _check_url(base_url, "base_url of Telegram")
        if proxy is not None:
            _check_url(proxy, "proxy for Telegram")
        self._prefix = base_url + token
        # Beside …/bot123:ABC/getFile lies …/file/bot123:ABC/documents/1.
        self._files_prefix = re.sub(r"bot\Z", "file/bot", base_url) + token
        self._secret = token.partition(":")[2].encode()
        self._proxy = proxy
        self._pool = pool
        self._read_timeout_seconds = read_timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that a silent server is waited for; polls add the length of the poll."""
        return self._read_timeout_seconds

    async def initialize(self) -> None:
        """Does nothing: the first call opens the session."""

    async def shutdown(self) -> None:
        """Close the session; a later call opens a new one."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(  # noqa: PLR0917 - the library's own signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: "ODVInput[float]" = _UNSET,
        write_timeout: "ODVInput[float]" = _UNSET,
        connect_timeout: "ODVInput[float]" = _UNSET,
        pool_timeout: "ODVInput[float]" = _UNSET,
    ) -> tuple[int, bytes]:
        """Send one call and return status and body.

        Raises NetworkError where the call did not go out, and AnswerLostError where it did and no answer came.

        aiohttp has no time limit for writing, and texts are small: `write_timeout` is not heeded.
        """
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=_seconds(pool_timeout, 2 * CONNECT_TIMEOUT_SECONDS),
            sock_connect=_seconds(connect_timeout, CONNECT_TIMEOUT_SECONDS),
            sock_read=_seconds(read_timeout, self._read_timeout_seconds),
        )
        failure: NetworkError
        how: dict[str, Any] = {"timeout": timeout, "proxy": self._proxy, "allow_redirects": False}
        try:
            async with self._open().request(method, self._address(url), data=_form(request_data), **how) as response:
                return response.status, (await _body(response)).replace(self._secret, b"***")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            failure = NetworkError(type(error).__name__)
        except aiohttp.ClientHttpProxyError as error:
            failure = NetworkError(f"{type(error).__name__} {error.status}")
        except TimeoutError as error:
            failure = AnswerLostError(f"Timed out ({type(error).__name__})")
        except (aiohttp.ClientError, OSError, RuntimeError, ValueError) as error:
            failure = AnswerLostError(type(error).__name__)
        # Raised out here, or its context would carry the texts that must not get out.
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """An answer of the Bot API as data; raises AnswerLostError for what a proxy or a portal says instead."""
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or not answer.keys() & {"result", "description"}:
            raise AnswerLostError(NOT_OURS)
        return answer

    def _address(self, url: str) -> str:
        file = url.removeprefix(_FILE)
        return self._prefix + url if file == url else self._files_prefix + file

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._pool, keepalive_timeout=KEEP_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session


def bot_over(transport: AiohttpTransport, polling: BaseRequest | None = None) -> ExtBot[None]:
    """The library's bot over a transport, and over a second one for `get_updates`; it never learns the token."""
    # The documented way to get times as timedelta; else each RetryAfter comes with a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    return ExtBot(
        _PLACEHOLDER,
        base_url=_no_prefix,
        base_file_url=_file_prefix,
        request=transport,
        get_updates_request=polling or transport,
    )


def _no_prefix(_token: str) -> str:
    return ""


def _file_prefix(_token: str) -> str:
    return _FILE


def _check_url(url: str, name: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"the {name} must be an http:// or https:// URL")


def _seconds(given: "ODVInput[float]", default: float) -> float | None:
    return given if given is None or isinstance(given, (int, float)) else default


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The whole answer; raises ValueError for one that is larger than any answer of the Bot API."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise ValueError("too large")
    return bytes(body)


def _form(request_data: RequestData | None) -> aiohttp.BytesPayload | aiohttp.MultipartWriter | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        # What aiohttp would make of a form of its own, in a third of the time: every message is one.
        fields = urlencode(request_data.json_parameters).encode("ascii")
        return aiohttp.BytesPayload(fields, content_type="application/x-www-form-urlencoded")
    form = aiohttp.MultipartWriter("form-data")
    for name, value in request_data.json_parameters.items():
        form.append(value).headers[CONTENT_DISPOSITION] = f'form-data; name="{name}"'
    for name, (filename, content, content_type) in request_data.multipart_data.items():
        part = form.append(content)
        part.headers[CONTENT_TYPE] = content_type
        # The server shows the name byte by byte as it stands here, and takes a semicolon in quotes for the end.
        shown = _NOT_IN_A_NAME.sub("_", filename)
        part.headers[CONTENT_DISPOSITION] = f'form-data; name="{name}"; filename="{shown}"'
    return form

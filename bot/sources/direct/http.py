"""One GET with bounds on time and size; what goes wrong is said in the words of `bot.sources.base`."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed forgets it

import httpx

from bot.sources.base import LIMITED_STATUSES, LimitedError, SourceChangedError, UnavailableError
from bot.sources.counted import count_request

_HUNG_UP = (httpx.RemoteProtocolError, httpx.ReadError)

_BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36"
)


@dataclass(frozen=True)
class Reply:
    """What came back with status 200."""

    content: bytes
    url: str

    def decoded(self, encoding: str = "utf-8") -> str:
        """The content as text; raises UnavailableError where it is not in that encoding."""
        try:
            return self.content.decode(encoding)
        except UnicodeDecodeError as error:
            raise UnavailableError(f"{self.url}: not {encoding} text") from error

    def json(self) -> Any:
        """The content as JSON; raises UnavailableError for anything else, such as a page for people."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise UnavailableError(f"{self.url}: no JSON came but {self._beginning()!r}") from error

    def _beginning(self) -> str:
        return self.content[:40].decode("utf-8", errors="replace")


@dataclass(frozen=True, kw_only=True)
class Http:
    """Asks publishers directly. Blocking, for worker threads without an event loop, any number of them."""

    environment: Mapping[str, str] = field(repr=False)
    """The service's: its proxies and its authorities count."""
    deadline_seconds: float = 45.0
    """From the start of a request to the last byte of its answer."""
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    """Silence after which an answer is given up."""
    bytes_max: int = 32 * 1024 * 1024
    """Of an unpacked answer."""

    def get(
        self, url: str, query: Mapping[str, str] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """The answer of status 200.

        Raises LimitedError where the publisher refuses us, SourceChangedError where the address has moved,
        UnavailableError for everything else that goes wrong.
        """
        address = httpx.URL(url, params=dict(query)) if query else httpx.URL(url)
        place = f"{address.host}{address.path}"
        count_request(address.host)
        try:
            return Reply(asyncio.run(self._read(address, place, headers or {})), place)
        except TimeoutError as error:
            raise UnavailableError(f"{place}: no whole answer within {self.deadline_seconds:g} s") from error
        except _HUNG_UP as error:
            # A banned address is hung up on before a word, by the publisher or by the proxy in between.
            raise LimitedError(f"{place}: {type(error).__name__} {error}".rstrip()) from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise UnavailableError(f"{place}: {type(error).__name__} {error}".rstrip()) from error

    async def _read(self, address: httpx.URL, place: str, headers: Mapping[str, str]) -> bytes:
        async with (
            asyncio.timeout(self.deadline_seconds),
            self._client(address) as client,
            client.stream("GET", address, headers={"User-Agent": _BROWSER, **headers}) as response,
        ):
            _require_ok(response, place)
            content = bytearray()
            try:
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > self.bytes_max:
                        raise UnavailableError(f"{place}: the answer is longer than {self.bytes_max} bytes")
            except _HUNG_UP as error:
                raise UnavailableError(f"{place}: the answer broke off") from error
            return bytes(content)

    def _client(self, address: httpx.URL) -> httpx.AsyncClient:
        """A client for one request; `trust_env` is off because the environment in hand counts, not the process's."""
        patience = httpx.Timeout(self.read_seconds, connect=self.connect_seconds)
        try:
            return httpx.AsyncClient(
                proxy=self._proxy(address),
                verify=self._trust,
                timeout=patience,
                trust_env=False,
                follow_redirects=False,
            )
        except (ValueError, ImportError):
            # The text of the error may quote the proxy's password.
            raise UnavailableError("the address of a proxy cannot be used: http://HOST:PORT is what works") from None

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        named = (self.environment.get(name) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"))
        return ssl.create_default_context(cafile=next(filter(None, named), None))

    @cached_property
    def _proxies(self) -> dict[str, str]:
        """As `urllib.request.getproxies_environment` reads them, from the environment in hand."""
        lowered = {name.lower(): value for name, value in self.environment.items() if value}
        return {name.removesuffix("_proxy"): value for name, value in lowered.items() if name.endswith("_proxy")}

    def _proxy(self, address: httpx.URL) -> str | None:
        if proxy_bypass_environment(address.host, self._proxies):
            return None
        return self._proxies.get(address.scheme) or self._proxies.get("all")


def _require_ok(response: httpx.Response, place: str) -> None:
    status = response.status_code
    if status in LIMITED_STATUSES:
        raise LimitedError(f"{place}: status {status}", retry_after(response.headers.get("Retry-After", "")))
    if 300 <= status < 400 or status in {404, 410}:
        raise SourceChangedError("address", f"{place}: status {status}")
    if status != 200:
        raise UnavailableError(f"{place}: status {status}")


def retry_after(header: str) -> timedelta | None:
    """The seconds that a Retry-After states; its other form, a date, is not used by publishers here."""
    return timedelta(seconds=int(header)) if header.isascii() and header.isdigit() else None

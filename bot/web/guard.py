"""Who may ask the page for what: host, origin, password, pace; and the headers that every answer carries unless it has stricter ones."""

import re
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections import OrderedDict
from collections.abc import Callable, Collection
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address
from math import ceil

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
HEALTH_PATH, READY_PATH = "/healthz", "/readyz"
OPEN_PATHS = frozenset({HEALTH_PATH, READY_PATH})
"""Answer without the password: they say that the page is up, and which of our own things is missing."""

_HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_.-]+))(?::\d+)?")
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Pace:
    """So many things at once, then so many a second, for each name; forgets who has been quiet longest."""

    def __init__(self, burst: float, per_second: float, clock: Callable[[], float], names_max: int = 1000) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._names_max = names_max
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, name: str) -> float:
        """How long until the next one is allowed; 0 = now."""
        return max(0.0, (1 - self._refilled(name)) / self._per_second)

    def take(self, name: str) -> None:
        """Count one."""
        self._left[name] = (self._refilled(name) - 1, self._clock())
        self._left.move_to_end(name)
        if len(self._left) > self._names_max:
            self._left.popitem(last=False)

    def _refilled(self, name: str) -> float:
        left, at = self._left.get(name, (self._burst, self._clock()))
        return min(self._burst, left + (self._clock() - at) * self._per_second)


class Guard:
    """Turns away, before anything else looks at it, what does not come from the page's own reader.

    `hosts` are the names that the page answers to; against a foreign name that points here (DNS rebinding).
    With `any_address` a bare IP address is fine too: no name, nothing to rebind.
    A password is compared in constant time, and its hash is all that is kept.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Collection[str], any_address: bool, password: str | None, guesses: Pace
    ) -> None:
        self._app = app
        self._hosts = frozenset(LOOPBACK_HOSTS.union(host.lower().strip("[]") for host in hosts))
        self._any_address = any_address
        self._password_hash = _hash(password) if password else None
        self._guesses = guesses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or hand on to the page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._refusal(HTTPConnection(scope), scope["method"]) or self._app
        await answer(scope, receive, _with_headers(send))

    def _refusal(self, asked: HTTPConnection, method: str) -> Response | None:
        if not self._knows(asked.headers.get("host", "")):
            return PlainTextResponse("This page does not answer to that host name.", 400)
        if self._password_hash is not None and asked.url.path not in OPEN_PATHS:
            refusal = self._wrong_password(asked, self._password_hash)
            if refusal is not None:
                return refusal
        if method not in _SAFE_METHODS and not _same_origin(asked.headers):
            return PlainTextResponse("Only the page itself may send.", 403)
        return None

    def _knows(self, header: str) -> bool:
        found = _HOST.fullmatch(header.lower())
        if found is None:
            return False
        host = found["six"] or found["name"]
        return host in self._hosts or (self._any_address and _is_address(host))

    def _wrong_password(self, asked: HTTPConnection, expected: bytes) -> Response | None:
        who = asked.client.host if asked.client else ""
        wait = self._guesses.wait_seconds(who)
        if wait > 0:
            return PlainTextResponse("Too many wrong passwords.", 429, {"Retry-After": str(ceil(wait))})
        given = _given_password(asked.headers.get("authorization", ""))
        if given is not None and compare_digest(_hash(given), expected):
            return None
        if given is not None:
            self._guesses.take(who)
        return PlainTextResponse("Password needed.", 401, {"WWW-Authenticate": 'Basic realm="etfbot", charset="UTF-8"'})


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach what listens on `host`."""
    bare = host.strip("[]").lower()
    return bare == "localhost" or (_is_address(bare) and ip_address(bare).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _hash(password: str) -> bytes:
    return sha256(password.encode()).digest()


def _given_password(header: str) -> str | None:
    """The password of HTTP Basic, whatever the user name; None where there is none."""
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, colon, password = b64decode(packed, validate=True).decode().partition(":")
    except (NotBase64Error, UnicodeDecodeError):
        return ""
    return password if colon else ""


def _same_origin(headers: Headers) -> bool:
    """Whether a browser says that the page itself asks; a caller that says nothing is not believed."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site not in (None, "same-origin"):
        return False
    if origin is None:
        return site is not None
    return origin.lower().partition("://")[2] == headers["host"].lower()


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending

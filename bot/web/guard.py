"""Who may ask the page for what: host, origin, password, pace; and the headers that every answer carries unless it has stricter ones."""

import re
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Callable, Collection
from ipaddress import ip_address
from math import ceil

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.lock import Lock
from bot.web.sessions import TOKEN_HEADER, Session, Sessions

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
HEALTH_PATH, READY_PATH = "/healthz", "/readyz"
DOOR_PATH = "/login"
OPEN_PATHS = frozenset(
    {HEALTH_PATH, READY_PATH, DOOR_PATH, "/static/door.css", "/static/door.js", "/static/theme.js", "/static/icon.svg"}
)
"""Answer without the password: whether the page is up, which of our own things is missing, the door and its parts."""

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
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Turns away, before anything else looks at it, what does not come from the page's own reader.

    `hosts` are the names that the page answers to; against a foreign name that points here (DNS rebinding).
    With `any_address` a bare IP address is fine too: no name, nothing to rebind. With a `lock` whoever has no
    session gives the password, at the door or by HTTP Basic. Whatever may change something comes from the page
    itself: the browser says so, and the page shows the token of its session.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Collection[str], any_address: bool, lock: Lock | None, sessions: Sessions
    ) -> None:
        self._app = app
        self._hosts = frozenset(LOOPBACK_HOSTS.union(host.lower().strip("[]") for host in hosts))
        self._any_address = any_address
        self._lock = lock
        self._sessions = sessions

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
        path, session = asked.scope["path"], self._sessions.of(asked)
        admitted = session if self._lock is None or (session is not None and session.reader) else None
        if self._lock is not None and admitted is None and path not in OPEN_PATHS:
            refusal = self._wrong_password(asked, method, self._lock)
            if refusal is not None:
                return refusal
        asked.state.session, asked.state.lasts = session, self._lasting(admitted)
        if method in _SAFE_METHODS:
            return None
        if not _same_origin(asked.headers):
            return PlainTextResponse("Only the page itself may send.", 403)
        return None if path == DOOR_PATH else self._wrong_token(asked, session)

    def _lasting(self, session: Session | None) -> Callable[[], bool]:
        """Whether somebody who is let in may stay: asked by what goes on for long."""
        return (lambda: True) if session is None else (lambda: self._sessions.lasts(session))

    def _knows(self, header: str) -> bool:
        found = _HOST.fullmatch(header.lower())
        if found is None:
            return False
        host = found["six"] or found["name"]
        return host in self._hosts or (self._any_address and _is_address(host))

    def _wrong_password(self, asked: HTTPConnection, method: str, lock: Lock) -> Response | None:
        if (wait := lock.wait_seconds(asked)) > 0:
            return PlainTextResponse("Too many wrong passwords.", 429, {"Retry-After": str(ceil(wait))})
        given = _given_password(asked.headers.get("authorization", ""))
        if given is not None and lock.opens(given, asked):
            return None
        if given is None and method in _SAFE_METHODS and "text/html" in asked.headers.get("accept", ""):
            return RedirectResponse(DOOR_PATH, 303)
        # A browser would ask by a window of its own, over the page that is about to send its reader to the door.
        known = "sec-fetch-site" in asked.headers
        challenge = {} if known else {"WWW-Authenticate": 'Basic realm="etfbot", charset="UTF-8"'}
        return PlainTextResponse("Password needed.", 401, challenge)

    def _wrong_token(self, asked: HTTPConnection, session: Session | None) -> Response | None:
        given = asked.headers.get(TOKEN_HEADER, "")
        if session is not None and self._sessions.knows_token(session, given):
            return None
        return PlainTextResponse("This page is out of date.", 403)


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

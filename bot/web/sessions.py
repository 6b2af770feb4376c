"""Who has the page open: signed cookies that run out, and a token that only the page itself can read."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import scrypt, sha256

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response

LASTS_SECONDS = 7 * 24 * 3600
ENDED_MAX = 1_000
"""Sessions that were ended before their time; the oldest ones are forgotten for new ones."""
TOKEN_HEADER = "X-Page-Token"  # noqa: S105 - a header's name
COOKIE = "etfbot"

_SECURE = "__Host-"
"""A browser takes a cookie of such a name over TLS only, and from no other host."""
_READER, _VISITOR = "r", "v"
_COST = {"n": 2**14, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie says."""

    kind: str
    id: str
    ends_at: int
    """Unix seconds."""

    @property
    def reader(self) -> bool:
        """Whether the password was given."""
        return self.kind == _READER

    def __str__(self) -> str:
        return f"{self.kind}.{self.id}.{self.ends_at}"


class Sessions:
    """Makes and checks sessions; nothing is stored.

    The key comes from the password, slowly, so that readers stay in over a restart and a new password turns
    everybody out. Without a password there is nothing to stay in for, and the key is a new one each time.
    `clock` tells Unix seconds.
    """

    def __init__(self, password: str | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._key = (
            scrypt(password.encode("utf-8", "surrogatepass"), salt=b"etfbot page", **_COST)
            if password
            else secrets.token_bytes()
        )

    def begin(self, *, reader: bool = False) -> Session:
        """A new one, of an id that nobody can guess."""
        kind = _READER if reader else _VISITOR
        return Session(kind, secrets.token_urlsafe(16), int(self._clock()) + LASTS_SECONDS)

    def of(self, asked: HTTPConnection) -> Session | None:
        """The session whose cookie came along, if it is ours and lasts; a reader's before a visitor's."""
        cookies = asked.cookies
        for name in _names(asked.headers):
            found = self._read(cookies.get(name, ""))
            if found is not None and self.lasts(found):
                return found
        return None

    def lasts(self, session: Session) -> bool:
        """Whether it has neither run out nor been ended."""
        return self._clock() < session.ends_at and session.id not in self._ended

    def token(self, session: Session) -> str:
        """What the page of this session shows with everything that it sends."""
        return self._signed(f"token {session}")

    def knows_token(self, session: Session, given: str) -> bool:
        """Whether this is the session's token."""
        return _same(given, self.token(session))

    def end(self, session: Session) -> None:
        """Let its cookie be worth nothing from now on."""
        self._ended[session.id] = None
        if len(self._ended) > ENDED_MAX:
            self._ended.popitem(last=False)

    def keep(self, session: Session, asked: HTTPConnection, answer: Response) -> None:
        """Give the browser the cookie: no script reads it, no other site has it sent, over TLS it stays there."""
        secure = over_tls(asked)
        answer.set_cookie(
            _SECURE * secure + _name(asked.headers, session.kind),
            f"{session}.{self._signed(f'cookie {session}')}",
            max_age=max(0, session.ends_at - int(self._clock())),
            path="/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )

    def drop(self, asked: HTTPConnection, answer: Response) -> None:
        """Take the cookies away."""
        for name in asked.cookies.keys() & {*_names(asked.headers)}:
            answer.delete_cookie(name, path="/", secure=name.startswith(_SECURE), httponly=True, samesite="strict")

    def _read(self, cookie: str) -> Session | None:
        told, _, signature = cookie.rpartition(".")
        match told.split("."):
            case [kind, name, ends_at] if _same(signature, self._signed(f"cookie {told}")):
                return Session(kind, name, int(ends_at))
        return None

    def _signed(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def over_tls(asked: HTTPConnection) -> bool:
    """Whether the browser is known to use TLS, also where a proxy ends it."""
    return asked.url.scheme == "https" or asked.headers.get("origin", "").lower().startswith("https://")


def _name(headers: Headers, kind: str) -> str:
    """Cookies know no ports: two pages of one host must not take each other's.

    A reader whose cookie did not come along, because a link of another site brought him, is a visitor for a
    moment: that must not take the place of what he has.
    """
    port = headers.get("host", "").rpartition(":")[2]
    return f"{COOKIE}-{kind}-{port}" if port.isascii() and port.isdecimal() else f"{COOKIE}-{kind}"


def _names(headers: Headers) -> list[str]:
    """Every name that a cookie of ours may have, the strongest first."""
    return [secure + _name(headers, kind) for kind in (_READER, _VISITOR) for secure in (_SECURE, "")]


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())

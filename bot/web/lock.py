"""The page's password: compared in constant time, guessed slowly."""

from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest

from starlette.requests import HTTPConnection

from bot.web.pace import Pace, household

GUESSES, GUESSES_PER_SECOND = 10, 0.1
"""Wrong passwords of one address."""
GUESSES_OF_ALL, GUESSES_OF_ALL_PER_SECOND = 200, 1.0
"""Those of all together: who has many addresses gets no further. Who is in already does not notice."""

_ALL = ""


class Lock:
    """Keeps the hash of the password alone."""

    def __init__(self, password: str, clock: Callable[[], float]) -> None:
        self._hash = _hash(password)
        self._guesses = Pace(GUESSES, GUESSES_PER_SECOND, clock)
        self._all = Pace(GUESSES_OF_ALL, GUESSES_OF_ALL_PER_SECOND, clock)

    def wait_seconds(self, asked: HTTPConnection) -> float:
        """How long until somebody may try a password (again); 0 = now."""
        return max(self._guesses.wait_seconds(_who(asked)), self._all.wait_seconds(_ALL))

    def opens(self, given: str, asked: HTTPConnection) -> bool:
        """Whether this is the password; a wrong one is counted."""
        if compare_digest(_hash(given), self._hash):
            return True
        self._guesses.take(_who(asked))
        self._all.take(_ALL)
        return False


def _who(asked: HTTPConnection) -> str:
    return household(asked.client.host if asked.client else "")


def _hash(password: str) -> bytes:
    return sha256(password.encode("utf-8", "surrogatepass")).digest()

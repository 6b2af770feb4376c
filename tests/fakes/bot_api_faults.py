"""What a Bot API server, or the way to it, may do instead of answering as it should."""

from dataclasses import dataclass


class RefusedError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing going wrong; made by the functions below."""

    refusal: RefusedError | None = None
    body: bytes | None = None
    """Sent in place of an answer."""
    status: int = 200
    """Of `body`."""
    wait_seconds: float = 0.0
    performed: bool = False
    """The call is done all the same; only its answer does not arrive."""
    reset: bool = False
    """The connection drops."""


def flooded(seconds: int) -> Fault:
    """429: ask again after so many seconds."""
    return refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def refused(status: int, description: str, **parameters: int) -> Fault:
    """A refusal in the server's own words, as `refused(403, "Forbidden: bot was blocked by the user")`."""
    return Fault(refusal=RefusedError(status, description, **parameters))


def broken(status: int = 502) -> Fault:
    """A page for people from a server in between."""
    return Fault(body=b"<html><body><h1>Bad Gateway</h1></body></html>", status=status)


def garbage(body: bytes, status: int = 200) -> Fault:
    """Any other bytes."""
    return Fault(body=body, status=status)


def reset() -> Fault:
    """The connection drops before the call is read."""
    return Fault(reset=True)


def lost() -> Fault:
    """The call is done, and the connection drops before its answer."""
    return Fault(reset=True, performed=True)


def slow(seconds: float) -> Fault:
    """The right answer, late; the call is given up if the client goes away before."""
    return Fault(wait_seconds=seconds)

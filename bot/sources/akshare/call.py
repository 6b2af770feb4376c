"""Calls akshare in a child process, so that no call can hang, swell or take over the service."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pandas as pd

from bot.sources.akshare.functions import FUNCTIONS
from bot.sources.akshare.wire import REPLY_BYTES_MAX, GarbledError, Outcome, load
from bot.sources.base import LimitedError, NotPublishedError, SourceChangedError, SourceError, UnavailableError
from bot.sources.counted import count_request

REASON_CHARACTERS_MAX = 300

_PASSED_ON = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SYSTEMROOT",
        "LD_LIBRARY_PATH",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    }
)

_OWN = {"TQDM_DISABLE": "1", "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

_ROOT = Path(__file__).resolve().parents[3]
"""Where the package `bot` lives; the child finds it there from whatever folder the service was started."""


@dataclass(frozen=True, kw_only=True)
class Akshare:
    """Calls akshare functions, each in a process of its own that does not outlive the call.

    Blocking, and safe to use from several threads. The child shares nothing with the service but the
    variables of `child_environment`; it is no wall against code that means harm, which the user's own
    rights would let read the user's files.
    """

    environment: Mapping[str, str] = field(repr=False)
    """The service's; only what the child needs of it is passed on."""
    deadline_seconds: float = 60.0
    """From the start of the child to its answer; then its whole process group is killed."""
    memory_mib: int = 1024
    """Address space of the child, where the platform can limit it; a market of 1,600 funds takes 350 at most.
    Of a child that runs a script: its writable memory."""
    functions: Mapping[str, str] = field(default_factory=lambda: FUNCTIONS, repr=False)
    """Those that may be called, with the host that each of them asks."""

    def call(self, function: str, **arguments: str) -> pd.DataFrame:
        """The function's table with a fresh index; text, numbers, dates and moments keep their types.

        Raises NotPublishedError, LimitedError, UnavailableError or SourceChangedError, and ValueError for a
        function that is not on the list.
        """
        if function not in self.functions:
            raise ValueError(f"{function} is not one of the akshare functions that may be called")
        try:
            with (
                tempfile.TemporaryFile() as replies,
                tempfile.TemporaryFile() as complaints,
                tempfile.TemporaryFile() as requests,
            ):
                status = self._run(function, arguments, replies, complaints, requests)
                reply, last_words = _read(replies), _last_line(complaints)
                self._count(function, requests)
        except OSError as error:
            raise UnavailableError(_one_line(function, f"no child process: {error}")) from error
        if status is None:
            raise UnavailableError(_one_line(function, f"no answer within {self.deadline_seconds:g} s", last_words))
        if status != 0:
            raise UnavailableError(_one_line(function, f"the child ended with status {status}", last_words))
        try:
            outcome, table, reason = load(reply)
        except GarbledError as error:
            raise SourceChangedError("answer", _one_line(function, f"unreadable: {error}", last_words)) from error
        if outcome is Outcome.TABLE:
            return table
        raise _failure(outcome, _one_line(function, reason, last_words))

    def _run(
        self,
        function: str,
        arguments: Mapping[str, str],
        replies: IO[bytes],
        complaints: IO[bytes],
        requests: IO[bytes],
    ) -> int | None:
        """The child's exit status; None when it had to be killed at the deadline."""
        order = {
            "function": function,
            "arguments": arguments,
            "deadline_seconds": self.deadline_seconds,
            "memory_mib": self.memory_mib,
            "requests": requests.fileno(),
        }
        process = subprocess.Popen(  # noqa: S603 -- our own module in our own interpreter
            [sys.executable, "-P", "-m", "bot.sources.akshare.worker", json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=replies,
            stderr=complaints,
            env=child_environment(self.environment),
            start_new_session=True,
            pass_fds=(requests.fileno(),),
        )
        try:
            return process.wait(self.deadline_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.returncode is None:
                _kill(process)

    def _count(self, function: str, requests: IO[bytes]) -> None:
        """Count what the child has noted, even where it was killed; what it cannot see counts as one."""
        hosts = _read(requests).decode("utf-8", errors="replace").split()
        for host in hosts or [self.functions[function]]:
            count_request(host)


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a child sees: none but those that Python and the network need, and no secret of ours."""
    passed_on = {name: value for name, value in environment.items() if name.upper() in _PASSED_ON}
    paths = [str(_ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    return {**passed_on, **_OWN, "PYTHONPATH": os.pathsep.join(paths)}


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        # The child leads a group of its own and was not waited for, so the number is its still, even where
        # it has just ended by itself; macOS then denies the permission to kill it.
        with contextlib.suppress(PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(replies: IO[bytes]) -> bytes:
    replies.seek(0)
    return replies.read(REPLY_BYTES_MAX)


def _last_line(complaints: IO[bytes]) -> str:
    size = complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, size - 4096))
    lines = complaints.read(4096).decode("utf-8", errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def _one_line(function: str, *parts: str) -> str:
    """One printable line of bounded length; what stands before the @ of an address is a password."""
    text = ": ".join((function, *filter(None, parts)))
    printable = "".join(character if character.isprintable() else " " for character in text)
    line = re.sub(r"//\S*@", "//…@", " ".join(printable.split()))
    return line if len(line) <= REASON_CHARACTERS_MAX else line[: REASON_CHARACTERS_MAX - 1] + "…"


def _failure(outcome: Outcome, reason: str) -> SourceError:
    match outcome:
        case Outcome.NOT_PUBLISHED:
            return NotPublishedError(reason)
        case Outcome.LIMITED:
            return LimitedError(reason)
        case Outcome.UNAVAILABLE:
            return UnavailableError(reason)
        case _:
            return SourceChangedError("answer", reason)

"""The child process: calls one akshare function and writes one reply to standard output.

The service starts it as ``python -m bot.sources.akshare.worker '{"function": …}'`` and never imports it.
"""

import contextlib
import importlib
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import pandas as pd
import requests
from requests.adapters import HTTPAdapter

from bot.sources.akshare.failures import outcome_of, reason_of
from bot.sources.akshare.functions import SCRIPTED
from bot.sources.akshare.wire import REPLY_BYTES_MAX, Outcome, dump_failure, dump_table

if sys.platform != "win32":
    import resource

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
"""For the requests to which akshare gives no timeout, nearly all of them: they would wait for ever."""

_IN_THE_OPEN = re.compile(r"^http://(?=[^/:]+(?:/|$))")
"""An address without encryption and with no port of its own."""

ORPHAN_SECONDS = 5.0
"""So long after the deadline a child whose service died without killing it ends by itself."""


def main() -> None:
    """Carry out the order in the first argument."""
    order = json.loads(sys.argv[1])
    replies = _private_output()
    _bound(order["memory_mib"] * 1024 * 1024, order["deadline_seconds"], scripted=order["function"] in SCRIPTED)
    line = Line(note=lambda host: _note(order["requests"], host))
    line.watch(CONNECT_SECONDS, READ_SECONDS)
    # Imported here and by name: it takes a second and a hundred megabytes, which belong under the bounds.
    akshare = importlib.import_module("akshare")
    replies.write(answer(getattr(akshare, order["function"]), order["arguments"], line))
    replies.close()


@dataclass
class Line:
    """The way out of the process: no request may wait for ever, each is noted, and so is the last status."""

    note: Callable[[str], None]
    """Hears the host of every request before it goes out."""
    status: int = 0

    def watch(self, connect_seconds: float, read_seconds: float) -> None:
        """Patch requests, which akshare uses; `socket.setdefaulttimeout` does not reach it.

        What akshare would ask in the open goes out encrypted: nobody on the way is to make up prices.
        """
        send = HTTPAdapter.send

        def watched(adapter: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
            if options.get("timeout") is None:
                options["timeout"] = (connect_seconds, read_seconds)
            if request.url is not None:
                request.url = _IN_THE_OPEN.sub("https://", request.url)
            self.status = 0
            self.note(str(urlsplit(str(request.url)).hostname))
            response = send(adapter, request, *args, **options)
            self.status = response.status_code
            return response

        HTTPAdapter.send = watched  # type: ignore[assignment, method-assign]


def answer(function: Callable[..., Any], arguments: Mapping[str, str], line: Line) -> bytes:
    """Call the function; the reply says what came of it, whatever it was."""
    try:
        table = function(**arguments)
        if isinstance(table, pd.DataFrame):
            return dump_table(table)
    except Exception as error:  # noqa: BLE001 -- akshare may raise anything, SyntaxError included: it is classified
        return dump_failure(outcome_of(error, line.status), reason_of(error))
    return dump_failure(Outcome.CHANGED, f"a {type(table).__name__} instead of a table")


def _note(requests_file: int, host: str) -> None:
    os.write(requests_file, f"{host}\n".encode())


def _private_output() -> BinaryIO:
    """Standard output for replies alone: what anybody prints goes to standard error."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return replies


def _bound(memory_bytes: int, deadline_seconds: float, *, scripted: bool) -> None:
    """Limit what the process may take, where the platform can.

    Addresses, or where an engine for scripts sets many of them aside, what may be written to.
    """
    if sys.platform == "win32":
        return
    signal.setitimer(signal.ITIMER_REAL, deadline_seconds + ORPHAN_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, REPLY_BYTES_MAX)
    _limit(resource.RLIMIT_DATA if scripted else resource.RLIMIT_AS, memory_bytes)


def _limit(which: int, most: int) -> None:
    # macOS knows the limit on the address space and refuses to set it; the others hold without it.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    main()

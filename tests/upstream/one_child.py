"""One akshare for many calls: an import costs a second, and a matrix of failures has a hundred cells.

The child answers with the worker's own `answer`; the service's side is the `Akshare` that production uses.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from requests.adapters import HTTPAdapter

from bot.sources.akshare.call import Akshare, child_environment
from bot.sources.akshare.worker import Line, answer

PATIENCE_SECONDS = 1.0
"""In place of akshare's 15 seconds and of the worker's 20."""


class OneChild:
    """The process; use it as a context manager."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        root = str(Path(__file__).parents[2])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.upstream.one_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment({**environment, "PYTHONPATH": root}),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    def reply(self, function: str, arguments: Mapping[str, str]) -> tuple[bytes, bytes]:
        """What the worker would have written: the hosts it asked, and the reply."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([function, arguments]).encode() + b"\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().replace(b" ", b"\n"), self._process.stdout.readline()


@dataclass(frozen=True, kw_only=True)
class AkshareInOneChild(Akshare):
    """Production's caller with a child that was started before."""

    child: OneChild

    def _run(
        self,
        function: str,
        arguments: Mapping[str, str],
        replies: IO[bytes],
        complaints: IO[bytes],
        requests: IO[bytes],
    ) -> int:
        hosts, reply = self.child.reply(function, arguments)
        requests.write(hosts)
        replies.write(reply)
        return 0


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    asked: list[str] = []
    line = Line(note=asked.append)
    line.watch(PATIENCE_SECONDS, PATIENCE_SECONDS)
    _hasten()
    akshare = importlib.import_module("akshare")
    for order in sys.stdin:
        function, arguments = json.loads(order)
        asked.clear()
        line.status = 0
        signal.alarm(30)
        reply = answer(getattr(akshare, function), arguments, line)
        signal.alarm(0)
        replies.write(" ".join(asked).encode() + b"\n" + reply + b"\n")


def _hasten() -> None:
    """Shorten akshare's own timeouts and its pauses between tries; requests without a timeout keep theirs."""
    send = HTTPAdapter.send

    def send_hastily(self: HTTPAdapter, *args: Any, **options: Any) -> Any:
        if options.get("timeout") is not None:
            options["timeout"] = PATIENCE_SECONDS
        return send(self, *args, **options)

    HTTPAdapter.send = send_hastily  # type: ignore[method-assign]
    pause = time.sleep
    time.sleep = lambda _: pause(0.01)


if __name__ == "__main__":
    main()

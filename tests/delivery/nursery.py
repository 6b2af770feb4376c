"""Where victims come from: one process that has imported everything and forks the others."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.delivery.victim import Order

PATIENCE_SECONDS = 60.0
"""Nothing takes that long when all is well."""

KILLED = -signal.SIGKILL


class Life:
    """A victim from its birth to its end."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """Its exit code, negative for a signal."""

    def send(self, how: signal.Signals) -> None:
        if not self.over.done():
            os.kill(self.pid, how)

    async def end(self) -> int:
        """Its exit code, once it is over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.shield(self.over)


class Nursery:
    """Used from one event loop; at its end nobody is left."""

    def __init__(self) -> None:
        self.lives: dict[int, Life] = {}
        self._births: asyncio.Queue[Life] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        root = Path(__file__).parents[2]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.delivery.victim",
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root), "PTB_TIMEDELTA": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert await asyncio.wait_for(self._process.stdout.readline(), PATIENCE_SECONDS) == b"ready\n"
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._listening is not None
        await self.clear()
        self._process.kill()
        await self._process.wait()
        await self._listening

    async def order(self, one: Order) -> Life:
        """A new victim."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(one.as_line().encode() + b"\n")
        return await asyncio.wait_for(self._births.get(), PATIENCE_SECONDS)

    async def clear(self) -> None:
        """Kill whoever lives, and wait until they are gone."""
        for one in self.lives.values():
            with suppress(ProcessLookupError):
                one.send(signal.SIGKILL)
        for one in self.lives.values():
            await one.end()

    async def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            match line.decode().split():
                case ["born", pid]:
                    life = self.lives[int(pid)] = Life(int(pid))
                    self._births.put_nowait(life)
                case ["gone", pid, code]:
                    self.lives[int(pid)].over.set_result(int(code))
